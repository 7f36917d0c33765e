"""Queries for statistics: how many awards of a year each person has, and the reports that were made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from lti_tool.store.models import (
    Award,
    CredentialRow,
    ProvedAddress,
    RuleVersion,
    StatisticsReport,
    TemplateVersion,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import MAX_ID

#: How many rows are in memory at once.
_BATCH = 10_000
_IS_REVOKED = case((Award.status == "revoked", 1), else_=0)


class Completion(NamedTuple):
    """An award with its credential: when it was awarded, and whether it was revoked."""

    credential_id: str
    template_version_id: int
    earned_at: datetime
    is_revoked: int


class PersonsAwards(NamedTuple):
    """How many awards of a kind a person has. Accounts for which one address was proved are one `person_id`."""

    template_version_id: int
    rule_version_id: int
    is_revoked: int
    person_id: int
    awards: int


def awards_between(
    session: Session, issuer_id: str, since: datetime, until: datetime
) -> Iterator[PersonsAwards]:
    """The issuer's awards that began since the one moment and before the other, whatever became of them since."""
    columns = (Award.template_version_id, Award.rule_version_id, _IS_REVOKED, _first_of_same())
    query = (
        select(*columns, func.count())
        .where(Award.issuer_id == issuer_id, Award.earned_at >= since, Award.earned_at < until)
        .group_by(*columns)
    )
    for row in session.execute(query.execution_options(yield_per=_BATCH)):
        yield PersonsAwards._make(row)


def _first_of_same() -> Any:
    """The first person who has proved an address of the award's, or the award's own: one human may be several rows."""
    own, same = aliased(ProvedAddress), aliased(ProvedAddress)
    first = (
        select(func.min(same.person_id))
        .join(own, own.address == same.address)
        .where(own.person_id == Award.person_id)
        .scalar_subquery()
    )
    return func.coalesce(first, Award.person_id)


def template_body(session: Session, template_version_id: int) -> dict[str, Any]:
    """The template of that version, as it is stored."""
    query = select(TemplateVersion.body).where(TemplateVersion.id == template_version_id)
    body: dict[str, Any] = session.scalars(query).one()
    return body


def rule_tree(session: Session, rule_version_id: int) -> str:
    """The tree of that version of a rule, as JSON."""
    return session.scalars(select(RuleVersion.tree).where(RuleVersion.id == rule_version_id)).one()


def bodies_of_issuer(session: Session, issuer_id: str) -> Sequence[tuple[int, dict[str, Any]]]:
    """The ids and bodies of the issuer's template versions by which anything can have been awarded."""
    query = select(TemplateVersion.id, TemplateVersion.body).where(
        TemplateVersion.issuer_id == issuer_id, TemplateVersion.status != "draft"
    )
    return [(version_id, body) for version_id, body in session.execute(query.order_by(TemplateVersion.id))]


def completions(
    session: Session, issuer_id: str, template_version_ids: Collection[int]
) -> Sequence[Completion]:
    """The issuer's awards by these versions whose badge was made, oldest first."""
    query = (
        select(CredentialRow.id, Award.template_version_id, Award.earned_at, _IS_REVOKED)
        .join(Award, IS_CURRENT)
        .where(Award.issuer_id == issuer_id, Award.template_version_id.in_(template_version_ids))
        .order_by(Award.earned_at, Award.id)
    )
    return [Completion._make(row) for row in session.execute(query)]


def first_award(session: Session, issuer_id: str) -> datetime | None:
    """When the issuer awarded the first badge that is kept; None before there is one."""
    return session.scalar(select(func.min(Award.earned_at)).where(Award.issuer_id == issuer_id))


def report(session: Session, issuer_id: str, year: int) -> StatisticsReport | None:
    """The issuer's report of that year; None where none was made."""
    return session.get(StatisticsReport, (issuer_id, year)) if 0 < year <= MAX_ID else None


def reports(session: Session, issuer_id: str) -> Sequence[StatisticsReport]:
    """All reports of the issuer, the newest year first."""
    query = select(StatisticsReport).where(StatisticsReport.issuer_id == issuer_id)
    return session.scalars(query.order_by(StatisticsReport.year.desc())).all()


def has_published(session: Session, issuer_id: str) -> bool:
    """Whether everybody may read a report of the issuer."""
    of_issuer = select(StatisticsReport.year).where(StatisticsReport.issuer_id == issuer_id)
    return session.scalar(of_issuer.where(StatisticsReport.published_at.is_not(None)).limit(1)) is not None


def keep_first(session: Session, row: StatisticsReport) -> StatisticsReport:
    """The row, or the one that somebody else has made of that year meanwhile."""
    return add_or_find(session, row, lambda: report(session, row.issuer_id, row.year))
