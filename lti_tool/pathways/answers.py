"""Whether a badge that was claimed counts as a part: found by a named operator of the pathway's issuer, who says why.

It counts only where its verification, run again then, has found it genuine, and where it is the very text that they
were shown. Nobody answers for a badge of their own, as far as it is known who an operator is among the learners.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lti_tool.errors import PathwayError
from lti_tool.pathways import claim_mails, scheduling
from lti_tool.pathways.claims import part_of, record
from lti_tool.pathways.observing import GENUINE, text_hash
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import PathwayClaim

MAX_REASON = 2000

Finding = Literal["equivalent", "not_equivalent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, and why. `seen`: the hash of the text that was shown; empty for a badge of this site."""

    finding: Finding
    reason: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """The operator who answers, by `name`. `people`: whom they are known to be among the learners."""

    actor: Actor
    name: str
    people: Collection[int]


def settle(session: Session, claim_id: int, answer: Answer, decider: Decider, now: datetime) -> PathwayClaim:
    """Keeps the answer about a badge that was just verified again: it counts from now on, or not.

    Raises PathwayError: `settled`, `no_reason`, `own`, `no_part`, `other_text` where another badge is there in its
    place, or none, and `not_genuine`.
    """
    claim = queries.pathway_claims.lock_claim(session, claim_id)
    if claim is None or claim.status != "asked":
        raise PathwayError("settled", "somebody has answered this already")
    if not answer.reason:
        raise PathwayError("no_reason", "say why it is equivalent or not")
    if is_own(session, claim, decider.people):
        raise PathwayError("own", "nobody answers for a badge of their own")
    if answer.finding == "equivalent":
        _check_counts(session, claim, answer.seen)
    claim.status = "counted" if answer.finding == "equivalent" else "refused"
    claim.settled_at, claim.settled_by, claim.settled_by_name = now, decider.actor.id, decider.name
    claim.reason = answer.reason[:MAX_REASON]
    if answer.finding == "equivalent":
        record(session, claim, "part_equivalent", now, decider.actor)
    else:
        record(session, claim, "part_not_equivalent", now, decider.actor)
    claim_mails.schedule(session, claim, now)
    scheduling.decide_soon(session, claim.pathway_id, claim.person_id, now)
    return claim


def is_own(session: Session, claim: PathwayClaim, people: Collection[int]) -> bool:
    """Whether the claim, or the badge that was claimed, is of one of these people."""
    kept = queries.backpack.kept(session, claim.kept_badge_id or 0)
    theirs = {claim.person_id}
    if kept is not None:
        theirs.add(kept.person_id)
    if claim.award is not None:
        theirs.add(claim.award.person_id)
    return not theirs.isdisjoint(people)


def _check_counts(session: Session, claim: PathwayClaim, seen: str) -> None:
    part = part_of(session, claim.pathway, claim.part)
    if claim.award is not None:
        held = queries.pathways.held_parts(session, [claim.award.template_id], [claim.award.person_id])
        if part.badge != claim.award.template_id or not held:
            raise PathwayError("not_genuine", "the badge is revoked, suspended, or not that of the part")
        return
    kept_id = claim.kept_badge_id or 0
    kept = queries.pathway_claims.kept_with_text(session, [kept_id]).get(kept_id)
    if kept is None or not text_hash(kept) == claim.text_hash == seen:
        raise PathwayError("other_text", "the badge that was claimed is not there any more")
    if kept.verdict not in GENUINE:
        raise PathwayError("not_genuine", "the badge could not be verified")
