"""The condition that the learner has a part of a pathway: a badge of a template, or another one that counts as it.

What counts is an observation, which `lti_tool.pathways.observing` appends for the issuer of the pathway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lti_tool.conditions._named import read_id, read_name
from lti_tool.conditions.parts import Part
from lti_tool.observations import BADGE_HELD, PART_MET, Facts, Observation

NAME = "pathway_part"
READS = frozenset({BADGE_HELD, PART_MET})
IS_OCCASION = False
CONFIRM_AT_FIRST = False
#: A pathway has a form of its own.
IN_FORMS = False

#: How the part belongs to the whole: learned within it, recognised from learning before it, or a badge by itself.
MODELS = ("embedded", "rpl", "modular")
#: Fifty years: whatever is older than that is not asked for by an age.
MOST_DAYS = 18_262
#: Which of several badges says most of why the part is not met.
_TELLING = ("too_old", "expired", "no_longer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`part`: the id of the part, of no other; `badge`: that of the template. None for what cannot be read.

    `name` is what the template was called when chosen. `most_days`: how old the badge may be, 0 without such a limit.
    `when_expired`: `counts` or `not`, for a badge whose validity has ended.
    """

    part: str | None
    badge: str | None
    name: str = ""
    model: str | None = "modular"
    most_days: int | None = 0
    when_expired: str | None = "not"

    @property
    def resources(self) -> Mapping[str, str | None]:
        """What is read, by the kind of observation."""
        return {BADGE_HELD: self.badge, PART_MET: self.part}

    def holds(self, facts: Facts) -> Part:
        """What the part comes to for the person of the facts, by whichever badge of theirs meets it."""
        if None in (self.part, self.badge, self.model, self.most_days, self.when_expired):
            return Part(condition=NAME, state="unreadable", code="no_part")
        found = [self._by(each, facts.now) for each in self._last(facts)]
        met = [part for part in found if part.state == "met"]
        if met:
            return met[0]
        in_order = sorted(found, key=lambda part: _TELLING.index(part.code))
        return (
            in_order[0]
            if in_order
            else Part(
                condition=NAME,
                state="not_yet",
                code="not_held",
                values={"part": self.part, "name": self.name},
            )
        )

    def _last(self, facts: Facts) -> Iterator[Observation]:
        for kind, resource in ((BADGE_HELD, self.badge), (PART_MET, self.part)):
            yield from facts.own_of(kind, resource)[-1:]

    def _by(self, last: Observation, now: datetime) -> Part:
        values: dict[str, Any] = {"part": self.part, "name": self.name}
        if last.value is None:
            values |= {"seen_at": last.seen_at}
            return Part(condition=NAME, state="not_yet", code="no_longer", values=values)
        at = datetime.fromisoformat(last.value["awarded_at"])
        ends = last.value["valid_until"]
        if self.most_days and at + timedelta(days=self.most_days) < now:
            values |= {"awarded_at": at, "days": self.most_days}
            return Part(condition=NAME, state="not_yet", code="too_old", values=values)
        if self.when_expired != "counts" and ends is not None and datetime.fromisoformat(ends) <= now:
            values |= {"ended_at": datetime.fromisoformat(ends)}
            return Part(condition=NAME, state="not_yet", code="expired", values=values)
        values |= {"awarded_at": at}
        if last.kind == PART_MET:
            values |= {"by_name": last.value["name"]}
            return Part(condition=NAME, state="met", code="other_counts", at=at, values=values)
        return Part(condition=NAME, state="met", code="held", at=at, values=values)


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; what cannot be read of them is None."""
    days = values.get("most_days", 0)
    is_number = isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= MOST_DAYS
    model, expired = values.get("model", "modular"), values.get("when_expired", "not")
    return Options(
        part=read_id(values.get("part")),
        badge=read_id(values.get("badge")),
        name=read_name(values.get("name")),
        model=model if model in MODELS else None,
        most_days=days if is_number else None,
        when_expired=expired if expired in ("counts", "not") else None,
    )
