"""Queries for what people have claimed for parts of pathways, over all pathways and of every status."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Pathway, PathwayClaim, PlatformAccount


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
