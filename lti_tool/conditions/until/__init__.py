"""The condition that all that stands beside it was met by the end of a day, also where that is seen later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from lti_tool.conditions import _day
from lti_tool.conditions._day import read_last_second, read_moment, written_day
from lti_tool.conditions.form import Asked, FormProblem
from lti_tool.conditions.parts import Part
from lti_tool.observations import Facts, happened_by

NAME = "until"
READS: frozenset[str] = frozenset()
IS_OCCASION = False
CONFIRM_AT_FIRST = False
ONLY_LIMITS = True
SHARES = _day


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`until_on`: the last second of the last day, None where it cannot be read."""

    until_on: datetime | None

    @property
    def changes_at(self) -> datetime | None:
        """When time alone changes what the condition comes to."""
        return None if self.until_on is None else self.until_on + timedelta(seconds=1)

    def holds(self, facts: Facts) -> Part:  # noqa: ARG002  # as all conditions have it
        """Unreadable: without anything beside it that is to be met by then, everybody would have met it."""
        return Part(condition=NAME, state="unreadable", code="nothing_beside")

    def judges(self, facts: Facts, beside: Callable[[Facts], Part]) -> Part:
        """What the condition comes to for the person, by what all that stands beside it comes to from given facts.

        After the day, only what had happened by its end is looked at. Lists that are read now and then say less: that
        something was so between two looks, of which one was before the end. A teacher is asked about that.
        """
        if self.until_on is None:
            return Part(condition=NAME, state="unreadable", code="no_date")
        values = {"until_on": self.until_on}
        now = beside(facts)
        if facts.now <= self.until_on:
            return Part(condition=NAME, state="met", code="not_over", values=values)
        by_then = beside(replace(facts, own=happened_by(facts.own, self.until_on)))
        if by_then.state == "met" or by_then.state == now.state == "question":
            return Part(condition=NAME, state="met", code="in_time", values=values)
        if now.state == "met" and (by_then.state == "question" or _may_have_been(now, self.until_on)):
            return Part(condition=NAME, state="question", code="around_the_end", values=values)
        return Part(condition=NAME, state="not_yet", code="too_late", values=values)

    def typed(self, zone: tzinfo) -> Mapping[str, str]:
        """What the form shows of them: the day."""
        return {} if self.until_on is None else {"day": written_day(self.until_on, zone)}


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; `until_on` is None unless it is a time with its zone, in ISO 8601."""
    return Options(until_on=read_moment(values.get("until_on")))


def read_part(typed: Mapping[str, str], asked: Asked) -> Mapping[str, Any] | FormProblem:
    """The options as JSON, from the day that was typed, or what is wrong with it."""
    last = read_last_second(typed, asked.zone)
    return last if isinstance(last, FormProblem) else {"until_on": last.isoformat()}


def _may_have_been(part: Part, end: datetime) -> bool:
    """Whether what decided was seen between two looks that are on both sides of the end."""
    met = (leaf for leaf in part.leaves() if leaf.state == "met")
    seen = ((leaf.values.get("closed_at"), leaf.at) for leaf in met)
    return any(before is not None and before <= end and (at is None or at > end) for before, at in seen)
