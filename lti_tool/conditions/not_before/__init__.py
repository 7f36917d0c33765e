"""The condition that a date has come: grades may stay hidden from learners until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from lti_tool.conditions import _day
from lti_tool.conditions._day import read_day, read_moment, written_day
from lti_tool.conditions.form import Asked, FormProblem
from lti_tool.conditions.parts import Part
from lti_tool.observations import Facts

NAME = "not_before"
READS: frozenset[str] = frozenset()
IS_OCCASION = False
CONFIRM_AT_FIRST = False
ONLY_LIMITS = True
SHARES = _day


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`at`: the time from which on the badge is awarded."""

    at: datetime | None

    @property
    def changes_at(self) -> datetime | None:
        """When time alone changes what the condition comes to."""
        return self.at

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to at the time of the facts, the same for everybody."""
        if self.at is None:
            return Part(condition=NAME, state="unreadable", code="no_date")
        if facts.now < self.at:
            return Part(condition=NAME, state="not_yet", code="too_early", values={"date_at": self.at})
        return Part(condition=NAME, state="met", code="date_has_come", values={"date_at": self.at})

    def typed(self, zone: tzinfo) -> Mapping[str, str]:
        """What the form shows of them: the day on which the time is."""
        return {} if self.at is None else {"day": written_day(self.at, zone)}


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; `at` is None unless it is a time with its zone, in ISO 8601."""
    return Options(at=read_moment(values.get("at")))


def read_demand(typed: Mapping[str, str], asked: Asked) -> Mapping[str, Any] | FormProblem | None:
    """The options as JSON, from the day that was typed, None where none was, or what is wrong with it."""
    at = read_day(typed, asked.zone)
    return {"at": at.isoformat()} if isinstance(at, datetime) else at
