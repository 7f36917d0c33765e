"""Queries for reviews of templates, and for the yearly report of an issuer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased, load_only

from lti_tool.store.models import Award, ReviewReminder, TemplateReview, TemplateVersion
from lti_tool.store.queries.common import insert_if_missing, is_among


class AwardNumbers(NamedTuple):
    """How many awards of a template were earned in some time.

    How many of these are revoked now, and how many recognise prior learning.
    """

    awarded: int
    revoked: int
    recognised: int


def numbers_between(
    session: Session, issuer_id: str, start: datetime, end: datetime
) -> Mapping[str, AwardNumbers]:
    """The numbers from `start` to before `end`, by the id of the template; of those without an award nothing."""
    query = _numbers(issuer_id).where(Award.earned_at >= start, Award.earned_at < end)
    return {
        template_id: AwardNumbers._make(int(each) for each in numbers)
        for template_id, *numbers in session.execute(query)
    }


def numbers_of_template(
    session: Session, issuer_id: str, template_id: str, since: datetime | None, now: datetime
) -> AwardNumbers | None:
    """The numbers of one template after `since`, or ever, up to `now`; None without an award."""
    query = _numbers(issuer_id).where(Award.template_id == template_id, Award.earned_at <= now)
    if since is not None:
        query = query.where(Award.earned_at > since)
    found = session.execute(query).first()
    return AwardNumbers._make(int(each) for each in found[1:]) if found is not None else None


def _numbers(issuer_id: str) -> Select[Any]:
    # Nothing is stored as the JSON of nothing, or not at all.
    is_recognition = func.coalesce(cast(Award.recognition, Text), "null") != "null"
    revoked, recognised = (
        func.coalesce(func.sum(case((which, 1), else_=0)), 0)
        for which in (Award.status == "revoked", is_recognition)
    )
    query = select(Award.template_id, func.count(), revoked, recognised)
    return query.where(Award.issuer_id == issuer_id).group_by(Award.template_id)


def lock_versions(session: Session, template_id: str) -> None:
    """Locks all versions of a template: who records a review of it at the same moment waits."""
    query = select(TemplateVersion.id).where(TemplateVersion.template_id == template_id)
    session.execute(query.order_by(TemplateVersion.version).with_for_update(key_share=True)).all()


class KnownDates(NamedTuple):
    """When a template was first published, and its last review: when that was, its day and the day that it set.

    Without a review three times None.
    """

    first_published_at: datetime
    reviewed_at: datetime | None
    day: str | None
    next_day: str | None


def known_dates(session: Session, template_ids: Collection[str]) -> Mapping[str, KnownDates]:
    """The dates by template, in one statement; of what was never published nothing."""
    first = (
        select(TemplateVersion.template_id, func.min(TemplateVersion.published_at).label("published_at"))
        .where(is_among(session, TemplateVersion.template_id, template_ids))
        .where(TemplateVersion.published_at.is_not(None))
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    later = aliased(TemplateReview)
    is_last = ~exists().where(
        later.template_id == TemplateReview.template_id, later.number > TemplateReview.number
    )
    query = select(
        first.c.template_id,
        first.c.published_at,
        TemplateReview.reviewed_at,
        TemplateReview.day,
        TemplateReview.next_day,
    ).join(TemplateReview, (TemplateReview.template_id == first.c.template_id) & is_last, isouter=True)
    return {template_id: KnownDates(*dates) for template_id, *dates in session.execute(query)}


def last_reviews(session: Session, template_ids: Collection[str]) -> Mapping[str, TemplateReview]:
    """The last review of each of the templates; nothing of those that have none."""
    newest = (
        select(TemplateReview.template_id, func.max(TemplateReview.number).label("number"))
        .where(is_among(session, TemplateReview.template_id, template_ids))
        .group_by(TemplateReview.template_id)
        .subquery()
    )
    query = select(TemplateReview).join(
        newest,
        (TemplateReview.template_id == newest.c.template_id) & (TemplateReview.number == newest.c.number),
    )
    return {row.template_id: row for row in session.scalars(query)}


def reviews_of(session: Session, template_id: str) -> Sequence[TemplateReview]:
    """The reviews of a template, the last one first."""
    query = select(TemplateReview).where(TemplateReview.template_id == template_id)
    return session.scalars(query.order_by(TemplateReview.number.desc())).all()


def reviews_of_issuer(session: Session, issuer_id: str) -> Sequence[TemplateReview]:
    """Every review of the issuer's templates, in the order in which they were recorded."""
    query = select(TemplateReview).where(TemplateReview.issuer_id == issuer_id)
    return session.scalars(query.order_by(TemplateReview.id)).all()


def offered_versions(session: Session, issuer_id: str) -> Sequence[TemplateVersion]:
    """The newest published version of each template of an issuer and of its courses, without their pictures."""
    query = _offered().where(TemplateVersion.issuer_id == issuer_id)
    return session.scalars(query.order_by(TemplateVersion.name, TemplateVersion.id)).all()


def offered_among(session: Session, template_ids: Collection[str]) -> Sequence[TemplateVersion]:
    """As `offered_versions`, of these templates of any issuer."""
    query = _offered().where(is_among(session, TemplateVersion.template_id, template_ids))
    return session.scalars(query.order_by(TemplateVersion.id)).all()


def _offered() -> Select[TemplateVersion]:
    later = aliased(TemplateVersion)
    is_newest = ~exists().where(
        later.template_id == TemplateVersion.template_id,
        later.version > TemplateVersion.version,
        later.status == "published",
    )
    needed = load_only(
        TemplateVersion.issuer_id,
        TemplateVersion.template_id,
        TemplateVersion.version,
        TemplateVersion.status,
        TemplateVersion.name,
        TemplateVersion.body,
        TemplateVersion.published_at,
    )
    query = select(TemplateVersion).options(needed)
    return query.where(TemplateVersion.status == "published", is_newest)


def note_reminder(session: Session, **values: Any) -> bool:
    """Whether the reminder is a new one: of several sweeps at once one gets True."""
    return insert_if_missing(session, ReviewReminder, values)
