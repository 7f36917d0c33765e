"""The condition that the platform itself has the learner as one who has completed the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.conditions.parts import Part
from lti_tool.observations import COURSE_COMPLETED, Facts

NAME = "course_completed"
READS = frozenset({COURSE_COMPLETED})
IS_OCCASION = True
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """There is nothing to choose."""

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts.

        The first date counts: the platform keeps it while the grade falls, and forgets it where the criteria are
        changed. Whoever had completed once, for everybody to see, has completed.
        """
        seen = [each for each in facts.own_of(COURSE_COMPLETED) if each.value is not None]
        if not seen:
            return Part(condition=NAME, state="not_yet", code="not_completed")
        completed_at = datetime.fromisoformat(seen[0].value["completed_at"])
        counted = next((each for each in seen if not each.value["waits"]), None)
        if counted is None:
            values = {"completed_at": completed_at, "seen_at": seen[-1].seen_at}
            return Part(condition=NAME, state="not_yet", code=seen[-1].value["waits"], values=values)
        values = {"completed_at": completed_at, "seen_at": counted.seen_at}
        return Part(condition=NAME, state="met", code="completed", at=completed_at, values=values)


def read_options(values: Mapping[str, Any]) -> Options:  # noqa: ARG001  # as all conditions have it
    """The Options: there is nothing in the JSON object of a rule to read."""
    return Options()
