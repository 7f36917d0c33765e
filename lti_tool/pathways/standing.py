"""How a learner stands in a pathway, as values: each part of each set, and the award of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lti_tool.conditions.pathway_part import Options
from lti_tool.store.models import Award, Pathway, PathwayClaim, RuleVersion

#: How the award of a whole stands; `open` where there is none yet.
Standing = Literal["open", "awarded", "suspended", "expired", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """A badge that could be claimed: `what` is `award-7` for one of this site, `kept-7` for one of another issuer."""

    what: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartProgress:
    """A part as it stands: `leaf` is its part of the trace as JSON, `claim` what was claimed for it last.

    `owns`: badges of this site that count at once if they are claimed; `keeps`: others that could be asked about.
    """

    part: Options
    leaf: Mapping[str, Any]
    claim: PathwayClaim | None
    owns: Sequence[Claimable]
    keeps: Sequence[Claimable]

    @property
    def is_met(self) -> bool:
        """Whether the learner has it."""
        return bool(self.leaf["state"] == "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProgress:
    """A set of parts, of which `needed` are needed."""

    needed: int
    parts: Sequence[PartProgress]

    @property
    def met(self) -> int:
        """How many the learner has, as far as they are needed."""
        return min(self.needed, sum(1 for each in self.parts if each.is_met))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A pathway as it stands for one of the people, who is or would be awarded the whole.

    `award` is the newest one of the whole, once there is one, and `standing` says how that stands.
    """

    row: Pathway
    version: RuleVersion
    person_id: int
    award: Award | None
    standing: Standing
    sets: Sequence[SetProgress]

    @property
    def needed(self) -> int:
        """How many parts are needed in all."""
        return sum(each.needed for each in self.sets)

    @property
    def met(self) -> int:
        """How many of these the learner has."""
        return sum(each.met for each in self.sets)
