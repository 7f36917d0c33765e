"""What assessors found, and what that comes to. Pure.

Two assess; where they differ about any learning outcome, a third does. Of each outcome counts what most of them say.
Of its levels the highest counts that most of them found reached: whoever says *advanced* says *proficient* too. About a
level alone no third is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from lti_tool.conditions.prior_learning_recognised import ASSESSORS
from lti_tool.values import Json

#: How the candidate's identity was checked: a document seen where they were, or on a screen; known to the institution
#: by somebody who says so; not checked.
Identity = Literal["document", "document_online", "known", "none"]
IDENTITIES = get_args(Identity)
#: Those by which it was checked: what was not checked is never taken for it.
CHECKED: tuple[Identity, ...] = ("document", "document_online", "known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an assessor says of one learning outcome, and why, for the candidate.

    `level`: the number of the level, from 1, at which it is met; None where they state none.
    """

    met: bool
    words: str
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one assessor found. `name`: the candidate's, as the identity check confirmed it; "" where none did."""

    outcomes: tuple[Outcome, ...]
    identity: Identity
    name: str

    def as_json(self) -> Json:
        """As it is stored."""
        outcomes = [
            {"met": each.met, "words": each.words} | ({"level": each.level} if each.level else {})
            for each in self.outcomes
        ]
        return {"outcomes": outcomes, "identity": self.identity, "name": self.name}


def stored_found(stored: Json) -> Found:
    """What was stored as JSON."""
    return Found(
        outcomes=tuple(
            Outcome(met=each["met"], words=each["words"], level=each.get("level"))
            for each in stored["outcomes"]
        ),
        identity=stored["identity"],
        name=stored["name"],
    )


def agree(found: Sequence[Found]) -> bool:
    """Whether they say the same of each learning outcome, whatever their reasons."""
    return len({tuple(each.met for each in one.outcomes) for one in found}) <= 1


def is_complete(found: Sequence[Found]) -> bool:
    """Whether no further assessor is needed: two who agree, or three."""
    return len(found) > ASSESSORS or (len(found) == ASSESSORS and agree(found))


def agreed_levels(found: Sequence[Found]) -> tuple[int | None, ...]:
    """Of each learning outcome the number of the highest level that more than half of them found reached.

    None where there is no such level. The assessments have judged the same outcomes.
    """
    of_outcomes = zip(*(one.outcomes for one in found), strict=True)
    return tuple(
        _reached_by_most([each.level or 0 for each in said if each.met], len(found)) for said in of_outcomes
    )


def _reached_by_most(levels: Sequence[int], assessors: int) -> int | None:
    needed = assessors // 2 + 1
    highest_first = sorted(levels, reverse=True)
    return (highest_first[needed - 1] or None) if len(highest_first) >= needed else None
