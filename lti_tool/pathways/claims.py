"""What learners claim for a part of a pathway, and take back.

A badge of this site that the part names counts at once where the same account has it, or one of the same name: two
people may read the mail of one address, and what another one has learned is not theirs. Any other badge is only asked
about: see `lti_tool.pathways.answers`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from unicodedata import normalize

from sqlalchemy.exc import IntegrityError

from badges.verify.recipient import check_recipient
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import PathwayError
from lti_tool.pathways import scheduling
from lti_tool.pathways.observing import GENUINE, text_hash
from lti_tool.pathways.parts import parts_of
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, KeptBadge, Pathway, PathwayClaim, Person

#: So many claims somebody makes of one pathway in all: whoever asks about it has to read each.
MOST_CLAIMS = 50

#: Whether a badge names one of the addresses of whoever claims it; `nobody`: it names nobody by an address.
Names = Literal["theirs", "nobody", "somebody_else"]


def part_of(session: Session, row: Pathway, part: str) -> Options:
    """The part of the published pathway. Raises PathwayError: `no_part`."""
    version = queries.pathways.active_version(session, row)
    parts = parts_of(read_tree(version.tree)) if version is not None and row.status == "published" else {}
    if part not in parts:
        raise PathwayError("no_part", "the pathway has no such part")
    return parts[part]


def claim_own(
    session: Session, row: Pathway, part: str, person_id: int, award: Award, now: datetime, by: Actor
) -> PathwayClaim:
    """Counts a badge of this site, which another account of the person has or another issuer awarded, as the part.

    The caller knows that a session of theirs opens the award. It is only asked about where nothing but that session
    says that it is of the same person. Raises PathwayError: `no_part`, `other_badge`, `not_valid`, `claimed`,
    `too_many`.
    """
    if part_of(session, row, part).badge != award.template_id:
        raise PathwayError("other_badge", "the part names another badge")
    held = queries.pathways.held_parts(session, [award.template_id], [award.person_id])
    if (award.person_id, award.template_id) not in held:
        raise PathwayError("not_valid", "the badge is revoked, suspended or not issued")
    is_theirs = _is_same_person(session.get_one(Person, person_id), award.person)
    status = "counted" if is_theirs else "asked"
    claim = PathwayClaim(award_id=held[award.person_id, award.template_id].award_id, status=status)
    _add(session, row, part, person_id, claim, now, by)
    if is_theirs:
        scheduling.decide_soon(session, row.id, person_id, now)
    return claim


def _is_same_person(one: Person, other: Person) -> bool:
    """Whether they are one account, or are called the same by their platforms."""
    return one.id == other.id or same_name(one.name, other.name)


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two people are called the same, as far as both have a name."""
    names = [" ".join(normalize("NFKC", each or "").casefold().split()) for each in (one, other)]
    return bool(names[0]) and names[0] == names[1]


def claim_kept(
    session: Session,
    row: Pathway,
    part: str,
    person_id: int,
    kept: KeptBadge,
    addresses: Collection[str],
    now: datetime,
    by: Actor,
) -> PathwayClaim:
    """Asks the issuer whether a kept badge is equivalent to the part.

    The caller knows that the badge is kept by the person, and has these addresses. Raises PathwayError: `no_part`,
    `not_genuine`, `somebody_else`, `no_date` where it may not be too old and says nothing of that, `claimed`, `used`
    for another part, `too_many`.
    """
    asked = part_of(session, row, part)
    if kept.verdict not in GENUINE:
        raise PathwayError("not_genuine", "the badge could not be verified")
    if names(kept, addresses) == "somebody_else":
        raise PathwayError("somebody_else", "the badge names another recipient")
    if asked.most_days and kept.valid_from is None:
        raise PathwayError(
            "no_date", "the part may be so many days old, and the badge does not say how old it is"
        )
    claim = PathwayClaim(kept_badge_id=kept.id, text_hash=text_hash(kept), status="asked")
    _add(session, row, part, person_id, claim, now, by)
    return claim


def _add(
    session: Session,
    row: Pathway,
    part: str,
    person_id: int,
    claim: PathwayClaim,
    now: datetime,
    by: Actor,
) -> None:
    # One after the other: a badge that is claimed for two parts at once would count twice.
    queries.pathways.lock_pathway(session, row)
    before = queries.pathway_claims.claims_of(session, row.id, [person_id])
    if _is_used(session, claim, before):
        raise PathwayError("used", "the badge is claimed for another part already")
    if len(before) >= MOST_CLAIMS:
        raise PathwayError("too_many", f"{MOST_CLAIMS} claims were made of this pathway")
    claim.pathway_id, claim.part, claim.person_id, claim.claimed_at = row.id, part, person_id, now
    try:
        with session.begin_nested():
            session.add(claim)
    except IntegrityError as error:
        raise PathwayError("claimed", "another badge is claimed for this part already") from error
    data = {"claim": claim.id, "person": person_id}
    events.record(
        session,
        "part_claimed",
        "pathway",
        row.id,
        now,
        actor=by,
        why=claim.status,
        data=data,
        issuer_id=row.issuer_id,
    )


def _is_used(session: Session, claim: PathwayClaim, before: Sequence[PathwayClaim]) -> bool:
    """Whether the kept badge is claimed already: the same text, or another form of it that is kept beside it."""
    running = [each for each in before if each.kept_badge_id and each.status in ("asked", "counted")]
    if claim.kept_badge_id is None or not running:
        return False
    kept = queries.backpack.identities_of(
        session, [claim.kept_badge_id, *(each.kept_badge_id or 0 for each in running)]
    )
    identity = kept.get(claim.kept_badge_id)
    return any(
        each.text_hash == claim.text_hash or kept.get(each.kept_badge_id or 0, "") == identity
        for each in running
    )


def withdraw(session: Session, claim: PathwayClaim, now: datetime, by: Actor) -> None:
    """The learner claims it no more; an award that there is stays. Raises PathwayError: `settled`."""
    locked = queries.pathway_claims.lock_claim(session, claim.id)
    if locked is None or locked.status not in ("asked", "counted"):
        raise PathwayError("settled", "it is not claimed any more")
    locked.status = "withdrawn"
    locked.settled_at = locked.settled_at or now
    record(session, locked, "part_withdrawn", now, by)
    scheduling.decide_soon(session, locked.pathway_id, locked.person_id, now)


def record(session: Session, claim: PathwayClaim, what: str, now: datetime, by: Actor) -> None:
    """Records what became of a claim as an event of the pathway, which has numbers only."""
    pathway = claim.pathway
    data = {"claim": claim.id, "person": claim.person_id}
    events.record(session, what, "pathway", pathway.id, now, actor=by, data=data, issuer_id=pathway.issuer_id)


def names(kept: KeptBadge, addresses: Collection[str]) -> Names:
    """Whom the badge names, as far as addresses show it."""
    credential = {"credentialSubject": dict(kept.subject)}
    outcomes = {check_recipient(credential, each).outcome for each in addresses}
    if "passed" in outcomes:
        return "theirs"
    return "somebody_else" if "failed" in outcomes else "nobody"
