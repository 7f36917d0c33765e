"""The standing of templates: by when each is to be reviewed, whether that is overdue, and whether it is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from badges.issuer import IssuerProfile
from badges.template.model import stored_template
from lti_tool.errors import ReviewError
from lti_tool.review_dates.due import ReviewDates, ReviewTerms, review_due, review_terms
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.store.queries.reviews import KnownDates


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """By when a template is to be reviewed, None where nothing says a day; and what follows `today`.

    `is_stopped`: it is overdue, and its issuer wants nobody to begin with it until it is reviewed.
    """

    due: date | None
    is_overdue: bool
    is_stopped: bool


#: Of a draft.
NEVER_DUE = Standing(due=None, is_overdue=False, is_stopped=False)


def standing_of(session: Session, row: TemplateVersion, issuer: IssuerProfile, now: datetime) -> Standing:
    """The standing of a template, by a version of it that was published; a draft is never due."""
    return standings(session, [row], issuer, now)[row.template_id]


def standings(
    session: Session, rows: Sequence[TemplateVersion], issuer: IssuerProfile, now: datetime
) -> Mapping[str, Standing]:
    """The standings by template, each of which has one row here; all are of that issuer. Two statements for all."""
    known = queries.reviews.known_dates(session, [row.template_id for row in rows])
    return {row.template_id: _standing(row, known.get(row.template_id), issuer, now) for row in rows}


def check_not_stopped(session: Session, row: TemplateVersion, issuer: IssuerProfile, now: datetime) -> None:
    """Raises ReviewError `overdue` where the issuer of the template wants nobody to begin with it now."""
    if is_stopped(session, row, issuer, now):
        raise ReviewError("overdue", f"the review of {row.template_id} is overdue")


def is_stopped(session: Session, row: TemplateVersion, issuer: IssuerProfile, now: datetime) -> bool:
    """Whether an overdue review stops the template; nothing is asked where its issuer lets none stop."""
    return issuer.reviews.overdue_stops and standing_of(session, row, issuer, now).is_stopped


def due_by(
    terms: ReviewTerms, known: KnownDates, published_at: datetime, issuer: IssuerProfile
) -> date | None:
    """The day by which a version that was published then is to be reviewed."""
    is_reviewed = known.reviewed_at is not None
    dates = ReviewDates(
        first_published=issuer.day_of(known.first_published_at),
        reviewed=date.fromisoformat(known.day) if is_reviewed else None,
        next_day=date.fromisoformat(known.next_day) if is_reviewed else None,
        is_newer=known.reviewed_at is not None and published_at > known.reviewed_at,
    )
    return review_due(terms, dates)


def standing_at(due: date | None, issuer: IssuerProfile, now: datetime) -> Standing:
    """What follows from the day."""
    is_overdue = due is not None and due < issuer.day_of(now)
    return Standing(due=due, is_overdue=is_overdue, is_stopped=is_overdue and issuer.reviews.overdue_stops)


def _standing(
    row: TemplateVersion, known: KnownDates | None, issuer: IssuerProfile, now: datetime
) -> Standing:
    if known is None or row.published_at is None:
        return NEVER_DUE
    terms = review_terms(stored_template(row.body), issuer)
    return standing_at(due_by(terms, known, row.published_at, issuer), issuer, now)
