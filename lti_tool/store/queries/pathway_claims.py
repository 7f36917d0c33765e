"""Queries for what learners claim for parts of pathways, and for the badges that they claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session, joinedload, undefer

from lti_tool.store.models import Award, KeptBadge, Pathway, PathwayClaim, PlatformAccount
from lti_tool.store.models.pathways import RUNNING
from lti_tool.store.queries.common import is_among, is_possible_id


def claims_of(session: Session, pathway_id: int, person_ids: Collection[int]) -> Sequence[PathwayClaim]:
    """What these people claim for parts of the pathway, of every status, oldest first."""
    query = select(PathwayClaim).where(
        PathwayClaim.pathway_id == pathway_id, is_among(session, PathwayClaim.person_id, person_ids)
    )
    return session.scalars(query.options(joinedload(PathwayClaim.award)).order_by(PathwayClaim.id)).all()


def claims_by(session: Session, person_ids: Collection[int]) -> Sequence[PathwayClaim]:
    """What these people claim for parts of any pathway, and is asked or counts, oldest first."""
    query = select(PathwayClaim).where(
        text(f"pathway_claim.{RUNNING}"), is_among(session, PathwayClaim.person_id, person_ids)
    )
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def counted_of_awards(session: Session, award_ids: Collection[int]) -> Sequence[PathwayClaim]:
    """The claims that count whose badge is of the same learner and template as one of these awards."""
    theirs = select(Award.person_id, Award.template_id).where(Award.id.in_(award_ids)).subquery()
    query = (
        select(PathwayClaim)
        .join(Award, Award.id == PathwayClaim.award_id)
        .join(theirs, (theirs.c.person_id == Award.person_id) & (theirs.c.template_id == Award.template_id))
        .where(PathwayClaim.status == "counted")
    )
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def counted_of_kept(session: Session, kept_id: int) -> Sequence[PathwayClaim]:
    """The claims that count of a badge that a learner keeps here."""
    query = select(PathwayClaim).where(
        PathwayClaim.kept_badge_id == kept_id, PathwayClaim.status == "counted"
    )
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def claim(session: Session, claim_id: int) -> PathwayClaim | None:
    return session.get(PathwayClaim, claim_id) if is_possible_id(claim_id) else None


def lock_claim(session: Session, claim_id: int) -> PathwayClaim | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it, so that it is settled once."""
    if not is_possible_id(claim_id):
        return None
    return session.get(PathwayClaim, claim_id, with_for_update=True, populate_existing=True)


def asked(session: Session, issuer_id: str) -> Sequence[PathwayClaim]:
    """What waits for somebody of the issuer to find it equivalent or not, oldest first, with learners."""
    query = (
        select(PathwayClaim)
        .join(PathwayClaim.pathway)
        .where(Pathway.issuer_id == issuer_id, PathwayClaim.status == "asked")
        .options(joinedload(PathwayClaim.person), joinedload(PathwayClaim.pathway))
    )
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def settled(session: Session, issuer_id: str, most: int) -> Sequence[PathwayClaim]:
    """What somebody of the issuer has found equivalent or not last, newest first."""
    query = (
        select(PathwayClaim)
        .join(PathwayClaim.pathway)
        .where(Pathway.issuer_id == issuer_id, PathwayClaim.settled_by.is_not(None))
        .options(joinedload(PathwayClaim.person), joinedload(PathwayClaim.pathway))
    )
    return session.scalars(
        query.order_by(PathwayClaim.settled_at.desc(), PathwayClaim.id.desc()).limit(most)
    ).all()


def others_with(session: Session, issuer_id: str, claim: PathwayClaim) -> Sequence[PathwayClaim]:
    """What others claim for parts of the issuer's pathways with the very text of the claim, and is asked or counts."""
    query = (
        select(PathwayClaim)
        .join(PathwayClaim.pathway)
        .where(
            Pathway.issuer_id == issuer_id,
            PathwayClaim.text_hash == claim.text_hash,
            PathwayClaim.text_hash != "",
            PathwayClaim.person_id != claim.person_id,
            text(f"pathway_claim.{RUNNING}"),
        )
    )
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def kept_with_text(session: Session, kept_ids: Collection[int]) -> Mapping[int, KeptBadge]:
    """These kept badges with their texts, as far as they are still kept, by their ids."""
    query = select(KeptBadge).where(KeptBadge.id.in_(kept_ids)).options(undefer(KeptBadge.text))
    return {row.id: row for row in session.scalars(query)}


def issuers_of_person(session: Session, person_id: int) -> frozenset[str]:
    """The keys of the issuers of whose pathways the person has claimed a part."""
    query = select(Pathway.issuer_id).join(PathwayClaim, PathwayClaim.pathway_id == Pathway.id)
    return frozenset(session.scalars(query.where(PathwayClaim.person_id == person_id)))


def ids_of_person(session: Session, person_id: int) -> Sequence[int]:
    """The ids of all claims of the person, in ascending order."""
    query = select(PathwayClaim.id).where(PathwayClaim.person_id == person_id)
    return session.scalars(query.order_by(PathwayClaim.id)).all()


def people_with(session: Session, claim_ids: Collection[int]) -> set[int]:
    """Whose claims these are, of those who have no account."""
    has_account = exists().where(PlatformAccount.person_id == PathwayClaim.person_id)
    query = select(PathwayClaim.person_id).where(PathwayClaim.id.in_(claim_ids), ~has_account)
    return set(session.scalars(query))


def last_acts(session: Session, person_ids: Collection[int]) -> Mapping[int, datetime]:
    """When each of these people claimed a part last, or was answered, whichever is later."""
    query = (
        select(PathwayClaim.person_id, func.max(PathwayClaim.claimed_at), func.max(PathwayClaim.settled_at))
        .where(PathwayClaim.person_id.in_(person_ids))
        .group_by(PathwayClaim.person_id)
    )
    return {
        person_id: max(claimed_at, settled_at or claimed_at)
        for person_id, claimed_at, settled_at in session.execute(query)
    }
