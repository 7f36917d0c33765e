"""Queries for pathways, their learners, and what these claim for parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload, undefer

from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Event,
    KeptBadge,
    Pathway,
    PathwayClaim,
    RuleVersion,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.models.pathways import RUNNING
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


def kept_with_text(session: Session, kept_ids: Collection[int]) -> Mapping[int, KeptBadge]:
    """These kept badges with their texts, as far as they are still kept, by their ids."""
    query = select(KeptBadge).where(KeptBadge.id.in_(kept_ids)).options(undefer(KeptBadge.text))
    return {row.id: row for row in session.scalars(query)}


def awards_of_wholes(session: Session, rule_id: int) -> Sequence[Award]:
    """The awards of a pathway that run and were awarded for parts, oldest first, with their learners."""
    query = select(Award).where(Award.rule_id == rule_id, Award.ended_at.is_(None))
    return session.scalars(query.options(joinedload(Award.person)).order_by(Award.id)).all()


def ended_credentials(session: Session, credential_ids: Collection[str]) -> Sequence[str]:
    """Those of these credentials whose award was revoked since."""
    query = (
        select(CredentialRow.id)
        .join(Award, Award.id == CredentialRow.award_id)
        .where(CredentialRow.id.in_(credential_ids), Award.status == "revoked")
    )
    return session.scalars(query.order_by(CredentialRow.id)).all()


def left(session: Session, pathway_id: int) -> frozenset[tuple[int, str]]:
    """The awards that were left as they are, each with the credential of a part that had ended by then."""
    query = select(Event.data).where(
        Event.about_kind == "pathway", Event.about == str(pathway_id), Event.what == "whole_left"
    )
    return frozenset(
        (data["award"], credential) for data in session.scalars(query) for credential in data["credentials"]
    )
