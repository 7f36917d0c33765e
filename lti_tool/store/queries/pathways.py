"""Queries for pathways, and for whoever has parts of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, union
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Pathway,
    PathwayClaim,
    PlatformAccount,
    PriorLearningApplication,
    RegistrationRow,
    RuleVersion,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import FOR_UPDATE, is_among, is_possible_id


class HeldPart(NamedTuple):
    """A badge of this site that somebody holds: its award, its credential, and since when and until when."""

    award_id: int
    credential_id: str
    template_version_id: int
    earned_at: datetime
    valid_until: datetime | None


def pathway(session: Session, pathway_id: int) -> Pathway | None:
    return session.get(Pathway, pathway_id) if is_possible_id(pathway_id) else None


def lock_pathway(session: Session, row: Pathway) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it."""
    session.refresh(row, with_for_update=FOR_UPDATE)


def of_issuer(session: Session, issuer_id: str) -> Sequence[Pathway]:
    """All pathways of the issuer, newest first."""
    query = select(Pathway).where(Pathway.issuer_id == issuer_id)
    return session.scalars(query.order_by(Pathway.id.desc())).all()


def of_template(session: Session, template_id: str) -> Pathway | None:
    """The published pathway whose whole the template is."""
    query = select(Pathway).where(Pathway.template_id == template_id, Pathway.status == "published")
    return session.scalar(query)


def running_of_template(session: Session, issuer_id: str, template_id: str) -> Pathway | None:
    """The pathway of the issuer with that whole that is a draft or published."""
    query = select(Pathway).where(
        Pathway.issuer_id == issuer_id, Pathway.template_id == template_id, Pathway.status != "retired"
    )
    return session.scalar(query)


def published(session: Session) -> Sequence[tuple[Pathway, RuleVersion]]:
    """The published pathways of all issuers, each with the version of its rule by which it awards."""
    query = (
        select(Pathway, RuleVersion)
        .join(AwardRule, AwardRule.id == Pathway.rule_id)
        .join(RuleVersion, RuleVersion.rule_id == AwardRule.id)
        .where(Pathway.status == "published", RuleVersion.status == "active", AwardRule.removed_at.is_(None))
        .options(joinedload(RuleVersion.template_version))
        .order_by(Pathway.id)
    )
    return [(row, version) for row, version in session.execute(query)]


def published_trees(session: Session, issuer_id: str) -> Sequence[str]:
    """The rules by which the published pathways of an issuer award, as they are stored."""
    query = (
        select(RuleVersion.tree)
        .join(Pathway, Pathway.rule_id == RuleVersion.rule_id)
        .join(AwardRule, AwardRule.id == Pathway.rule_id)
        .where(
            Pathway.issuer_id == issuer_id,
            Pathway.status == "published",
            RuleVersion.status == "active",
            AwardRule.removed_at.is_(None),
        )
    )
    return session.scalars(query.order_by(Pathway.id)).all()


def issuers_known_to(session: Session, person_ids: Collection[int]) -> frozenset[str]:
    """The issuers of these people's platforms, badges, claims and applications."""
    theirs = (
        select(RegistrationRow.issuer_id)
        .join(PlatformAccount, PlatformAccount.registration_id == RegistrationRow.id)
        .where(PlatformAccount.person_id.in_(person_ids)),
        select(Award.issuer_id).where(Award.person_id.in_(person_ids)),
        select(Pathway.issuer_id)
        .join(PathwayClaim, PathwayClaim.pathway_id == Pathway.id)
        .where(PathwayClaim.person_id.in_(person_ids)),
        select(PriorLearningApplication.issuer_id).where(PriorLearningApplication.person_id.in_(person_ids)),
    )
    return frozenset(session.scalars(union(*theirs)))


def active_version(session: Session, row: Pathway) -> RuleVersion | None:
    """The version of the pathway's rule by which it awards; None before it is published."""
    query = select(RuleVersion).where(RuleVersion.rule_id == row.rule_id, RuleVersion.status == "active")
    return session.scalar(query)


def held_parts(
    session: Session, template_ids: Collection[str], person_ids: Collection[int]
) -> Mapping[tuple[int, str], HeldPart]:
    """By person and template, what each of these people holds that is neither revoked nor suspended."""
    query = (
        select(
            Award.person_id,
            Award.template_id,
            Award.id,
            CredentialRow.id,
            Award.template_version_id,
            Award.earned_at,
            CredentialRow.valid_until,
        )
        .join(CredentialRow, CredentialRow.award_id == Award.id)
        .where(
            Award.template_id.in_(template_ids),
            is_among(session, Award.person_id, person_ids),
            Award.status == "issued",
            Award.ended_at.is_(None),
            CredentialRow.suspended_at.is_(None),
            IS_CURRENT,
        )
    )
    return {(row[0], row[1]): HeldPart._make(row[2:]) for row in session.execute(query)}


def people_with_parts(
    session: Session, row: Pathway, template_ids: Collection[str], after: int, most: int
) -> Sequence[int]:
    """The ids of those who hold a badge of the issuer that is a part, or claim one, above `after`; ascending.

    Without those who have the whole for good.
    """
    has_it = (
        select(Award.person_id)
        .join(CredentialRow, CredentialRow.award_id == Award.id)
        .where(
            Award.issuer_id == row.issuer_id,
            Award.template_id == row.template_id,
            Award.ended_at.is_(None),
            CredentialRow.valid_until.is_(None),
        )
    )
    holding = select(Award.person_id).where(
        Award.issuer_id == row.issuer_id,
        Award.template_id.in_(template_ids),
        Award.ended_at.is_(None),
        Award.person_id > after,
    )
    claiming = select(PathwayClaim.person_id).where(
        PathwayClaim.pathway_id == row.id, PathwayClaim.status == "counted", PathwayClaim.person_id > after
    )
    found = holding.union(claiming).subquery()
    query = select(found.c[0]).where(found.c[0].not_in(has_it))
    return session.scalars(query.order_by(found.c[0]).limit(most)).all()
