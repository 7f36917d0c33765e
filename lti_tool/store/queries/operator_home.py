"""Queries for the overview of an issuer: what needs an operator, and how it goes. One statement for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, extract, func, literal_column, select
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    AddressCode,
    Approval,
    Award,
    AwardRule,
    BulkAct,
    CorrectionRequest,
    Course,
    Delivery,
    Pathway,
    PathwayClaim,
    PlatformSelfTest,
    PriorLearningApplication,
    RegistrationRow,
    TemplateVersion,
)
from lti_tool.store.models.awards import WALLET
from lti_tool.store.queries.common import is_in_trouble, is_possible_id

if TYPE_CHECKING:
    # It imports the outbox, which imports these queries.
    from lti_tool.store.dead_jobs import DeadJob


class IssuerNumbers(NamedTuple):
    """What an issuer's overview counts.

    `approvals`: drafts about which somebody is asked. `undelivered`: deliveries that were given up, ever. Of awards
    that began since a moment and were not revoked: `awarded`; `issued`, whose badge is made; `claimed`, which their
    learners have opened; `deliveries` of them, and `delivered`, those that arrived. `corrections`: requests about
    badges of no course. `equivalences`: badges from elsewhere of which learners ask whether they are parts of pathways.
    `applications`: those for recognition of prior learning that wait for assessors or a decision.
    """

    approvals: int
    undelivered: int
    awarded: int
    issued: int
    claimed: int
    deliveries: int
    delivered: int
    corrections: int
    equivalences: int
    applications: int


class AwardedAt(NamedTuple):
    """How many awards, not revoked, began in a quarter of an hour, which began so many seconds after 1970."""

    began_at: int
    awarded: int


class PlatformTrouble(NamedTuple):
    """A platform of which so many courses could not be read at the last look."""

    registration_id: int
    name: str
    platform_id: str
    courses: int


def numbers(session: Session, issuer_id: str, since: datetime) -> IssuerNumbers:
    """The numbers of the issuer."""
    new = and_(Award.issuer_id == issuer_id, Award.earned_at >= since, Award.status != "revoked")
    # What wallets came for was not sent by anybody, so it arrived in any case.
    delivered_of = select(func.count()).select_from(Delivery).join(Award).where(Delivery.channel != WALLET)
    asked = (
        select(func.count(Approval.template_version_id.distinct()))
        .join(TemplateVersion, TemplateVersion.id == Approval.template_version_id)
        .where(TemplateVersion.issuer_id == issuer_id, Approval.status == "open")
    )
    parts: Sequence[Select[Any]] = (
        asked,
        delivered_of.where(Award.issuer_id == issuer_id, Delivery.status == "failed"),
        _number_of_awards(new),
        _number_of_awards(and_(new, Award.status == "issued")),
        _number_of_awards(and_(new, Award.status == "issued", Award.claimed_at.is_not(None))),
        delivered_of.where(new),
        delivered_of.where(new, Delivery.status == "sent"),
        select(func.count(CorrectionRequest.id))
        .join(Award, Award.id == CorrectionRequest.award_id)
        .where(
            Award.issuer_id == issuer_id, Award.course_id.is_(None), CorrectionRequest.settled_at.is_(None)
        ),
        select(func.count(PathwayClaim.id))
        .join(Pathway, Pathway.id == PathwayClaim.pathway_id)
        .where(Pathway.issuer_id == issuer_id, PathwayClaim.status == "asked"),
        select(func.count(PriorLearningApplication.id)).where(
            PriorLearningApplication.issuer_id == issuer_id,
            PriorLearningApplication.state.in_(("assessment", "certification")),
        ),
    )
    row = session.execute(select(*(each.scalar_subquery() for each in parts))).one()
    return IssuerNumbers._make(int(each) for each in row)


def awarded_since(session: Session, issuer_id: str, since: datetime) -> Sequence[AwardedAt]:
    """The issuer's awards since then, by quarter of an hour, in which every day of every time zone begins."""
    seconds = extract("epoch", Award.earned_at)
    began_at = (seconds - seconds % literal_column("900")).label("began_at")
    query = (
        select(began_at, func.count())
        .where(Award.issuer_id == issuer_id, Award.earned_at >= since, Award.status != "revoked")
        .group_by(literal_column("began_at"))
        .order_by(literal_column("began_at"))
    )
    return [AwardedAt._make(int(each) for each in row) for row in session.execute(query)]


def platforms_in_trouble(session: Session, issuer_id: str) -> Sequence[PlatformTrouble]:
    """The issuer's platforms of which a course could not be read, most courses first."""
    number = func.count(Course.id.distinct())
    query = (
        select(RegistrationRow.id, RegistrationRow.name, RegistrationRow.platform_id, number)
        .join(Course, Course.registration_id == RegistrationRow.id)
        .join(AwardRule, AwardRule.course_id == Course.id)
        .where(RegistrationRow.issuer_id == issuer_id, is_in_trouble())
        .group_by(RegistrationRow.id, RegistrationRow.name, RegistrationRow.platform_id)
        .order_by(number.desc(), RegistrationRow.id)
    )
    return [PlatformTrouble._make(row) for row in session.execute(query)]


def platforms_not_in_order(session: Session, issuer_id: str) -> Sequence[RegistrationRow]:
    """The issuer's platforms in use whose last self-test has found something, oldest first."""
    query = (
        select(RegistrationRow)
        .join(PlatformSelfTest, PlatformSelfTest.registration_id == RegistrationRow.id)
        .where(
            RegistrationRow.issuer_id == issuer_id,
            RegistrationRow.disabled_at.is_(None),
            PlatformSelfTest.is_in_order.is_(False),
        )
    )
    return session.scalars(query.order_by(RegistrationRow.id)).all()


def owners_of_jobs(session: Session, jobs: Collection[DeadJob]) -> Mapping[str, str]:
    """The keys of the issuers to whom the jobs belong, by their ids; without those that belong to none."""
    # What is about an issuer itself names it.
    found: dict[str, str] = {job.id: str(job.about["issuer"]) for job in jobs if "issuer" in job.about}
    for kind, query in _OWNERS.items():
        of_kind = {job.id: job.about[kind] for job in jobs if kind in job.about and job.id not in found}
        ids = {each for each in of_kind.values() if isinstance(each, int) and is_possible_id(each)}
        if ids:
            owners = {key: owner for key, owner in session.execute(query(ids))}
            found |= {job: owners[about] for job, about in of_kind.items() if about in owners}
    return found


def _number_of_awards(condition: ColumnElement[bool]) -> Select[int]:
    return select(func.count(Award.id)).where(condition)


#: By what a job is about: the keys of the issuers, by the ids. An award is of the issuer that awards it.
_OWNERS: Mapping[str, Any] = {
    "award": lambda ids: select(Award.id, Award.issuer_id).where(Award.id.in_(ids)),
    "delivery": lambda ids: (
        select(Delivery.id, Award.issuer_id)
        .join(Award, Award.id == Delivery.award_id)
        .where(Delivery.id.in_(ids))
    ),
    "course": lambda ids: (
        select(Course.id, RegistrationRow.issuer_id)
        .join(RegistrationRow, RegistrationRow.id == Course.registration_id)
        .where(Course.id.in_(ids))
    ),
    "approval": lambda ids: (
        select(Approval.id, TemplateVersion.issuer_id)
        .join(TemplateVersion, TemplateVersion.id == Approval.template_version_id)
        .where(Approval.id.in_(ids))
    ),
    "registration": lambda ids: select(RegistrationRow.id, RegistrationRow.issuer_id).where(
        RegistrationRow.id.in_(ids)
    ),
    "pathway": lambda ids: select(Pathway.id, Pathway.issuer_id).where(Pathway.id.in_(ids)),
    "claim": lambda ids: (
        select(PathwayClaim.id, Pathway.issuer_id)
        .join(Pathway, Pathway.id == PathwayClaim.pathway_id)
        .where(PathwayClaim.id.in_(ids))
    ),
    "application": lambda ids: select(PriorLearningApplication.id, PriorLearningApplication.issuer_id).where(
        PriorLearningApplication.id.in_(ids)
    ),
    "act": lambda ids: (
        select(BulkAct.id, AwardRule.issuer_id)
        .join(AwardRule, AwardRule.id == BulkAct.rule_id)
        .where(BulkAct.id.in_(ids))
    ),
    "code": lambda ids: select(AddressCode.id, AddressCode.issuer_id).where(AddressCode.id.in_(ids)),
}
