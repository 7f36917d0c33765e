"""The condition that the platform has the learner as one who has completed one activity of the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from lti_tool.conditions import _named
from lti_tool.conditions._named import read_chosen, read_id, read_name
from lti_tool.conditions.form import FormProblem, Offered
from lti_tool.conditions.parts import Part
from lti_tool.observations import ACTIVITIES, ACTIVITY_COMPLETED, Facts, Observation, select

NAME = "activity_completed"
READS = frozenset({ACTIVITY_COMPLETED})
IS_OCCASION = True
CONFIRM_AT_FIRST = False
SHARES = _named

#: A failed attempt ends an activity in Moodle, but is nothing to have a badge for.
_DONE = ("complete", "passed")
#: Why a completion does not count yet, as far as there is a sentence about it.
_WAITS = ("hidden", "stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`activity`: its id on the platform, None where it cannot be read; `name`: what it was called when chosen."""

    activity: str | None
    name: str = ""

    @property
    def resources(self) -> Mapping[str, str | None]:
        """What of the course is read, by the kind of observation."""
        return {ACTIVITY_COMPLETED: self.activity}

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts.

        The first date counts, as with the whole course: whoever had completed it once, for all to see, has completed.
        """
        if self.activity is None:
            return Part(condition=NAME, state="unreadable", code="no_activity")
        seen = [each for each in facts.own_of(ACTIVITY_COMPLETED, self.activity) if each.value is not None]
        done = [each for each in seen if each.value["state"] in _DONE]
        if not done:
            failed = seen and seen[-1].value["state"] == "failed"
            return Part(
                condition=NAME,
                state="not_yet",
                code="failed" if failed else "not_completed",
                values={"name": self.name or self.activity},
            )
        counted = next((each for each in done if not each.value["waits"]), None)
        shown = counted or done[-1]
        at = min(_completed_at(each) for each in done)
        values = {
            "name": shown.value["name"] or self.name or self.activity,
            "completed_at": at,
            "seen_at": shown.seen_at,
        }
        if counted is None:
            waits = shown.value["waits"]
            code = waits if waits in _WAITS else "not_shown"
            return Part(condition=NAME, state="not_yet", code=code, values=values)
        return Part(condition=NAME, state="met", code="completed", at=at, values=values)

    def typed(self, zone: tzinfo) -> Mapping[str, str]:  # noqa: ARG002  # as every condition has it
        """What the form shows of them."""
        return {"activity": self.activity or "", "name": self.name}


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; `activity` is None where it cannot be read."""
    return Options(activity=read_id(values.get("activity")), name=read_name(values.get("name")))


def choices(offered: Offered) -> Mapping[str, str]:
    """The names of the activities that can be chosen, by their ids: those of the course when it was asked last."""
    listed = [each for each in select(offered.course, ACTIVITIES) if each.value is not None]
    return dict(listed[-1].value) if listed else {}


def read_choice(typed: Mapping[str, str], choices: Mapping[str, str]) -> Mapping[str, Any] | FormProblem:
    """The options as JSON, from what was chosen in `form.html`, or what is wrong with it."""
    return read_chosen("activity", typed, choices)


def _completed_at(each: Observation) -> datetime:
    dated = each.value["completed_at"]
    return datetime.fromisoformat(dated) if dated else each.seen_at
