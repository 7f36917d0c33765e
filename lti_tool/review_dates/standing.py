"""The standing of templates: by when each is to be reviewed, whether that is overdue, and whether it is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from badges.errors import TemplateError
from badges.issuer import IssuerProfile
from badges.template.model import stored_template
from lti_tool.review_dates.due import ReviewDates, ReviewTerms, review_due, review_terms
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.store.queries.reviews import KnownDates


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """By when a template is to be reviewed, None where nothing says a day; and whether that day has passed.

    `is_stopped`: it has, and the issuer of the template wants nobody to begin with it until it is reviewed.
    """

    due: date | None
    is_overdue: bool
    is_stopped: bool


#: Of a draft, and of what nothing says a day of.
NEVER_DUE = Standing(due=None, is_overdue=False, is_stopped=False)


def offered_version(session: Session, template_id: str) -> TemplateVersion | None:
    """The version that a review is about: the newest that is published, else the newest that was; None of a draft."""
    newest = queries.templates.newest_published(session, template_id)
    return newest or queries.templates.newest_released(session, template_id)


def standing_of(session: Session, row: TemplateVersion, issuer: IssuerProfile, today: date) -> Standing:
    """The standing of a template of the issuer, by a version of it that was published."""
    return standings(session, [row], issuer, today)[row.template_id]


def standings(
    session: Session, rows: Sequence[TemplateVersion], issuer: IssuerProfile, today: date
) -> Mapping[str, Standing]:
    """The standings by template, each of which has one row here; all are of that issuer. One statement for all."""
    known = queries.reviews.known_dates(session, [row.template_id for row in rows])
    return {row.template_id: _standing(row, known.get(row.template_id), issuer, today) for row in rows}


def is_stopped(session: Session, row: TemplateVersion, issuer: IssuerProfile, today: date) -> bool:
    """Whether an overdue review stops the template; nothing is asked where its issuer lets none stop."""
    return issuer.reviews.overdue_stops and standing_of(session, row, issuer, today).is_stopped


def is_next_version_stopped(session: Session, template_id: str, issuer: IssuerProfile, today: date) -> bool:
    """Whether an overdue review of what was published keeps the next version from being published."""
    row = offered_version(session, template_id) if issuer.reviews.overdue_stops else None
    return row is not None and is_stopped(session, row, issuer, today)


def due_by(
    terms: ReviewTerms, known: KnownDates, published_at: datetime, issuer: IssuerProfile
) -> date | None:
    """The day by which a version with these terms, published then, is to be reviewed."""
    reviewed_at = known.reviewed_at
    dates = ReviewDates(
        first_published=issuer.day_of(known.first_published_at),
        reviewed=date.fromisoformat(known.day) if known.day else None,
        next_day=date.fromisoformat(known.next_day) if known.next_day else None,
        is_newer=reviewed_at is not None and published_at > reviewed_at,
    )
    return review_due(terms, dates)


def _standing(row: TemplateVersion, known: KnownDates | None, issuer: IssuerProfile, today: date) -> Standing:
    if known is None or row.published_at is None:
        return NEVER_DUE
    due = due_by(_terms(row, issuer), known, row.published_at, issuer)
    is_overdue = due is not None and due < today
    return Standing(due=due, is_overdue=is_overdue, is_stopped=is_overdue and issuer.reviews.overdue_stops)


def _terms(row: TemplateVersion, issuer: IssuerProfile) -> ReviewTerms:
    """What the version says; where a vocabulary of today does not know it any more, what its issuer says."""
    try:
        return review_terms(stored_template(row.body), issuer)
    except TemplateError:
        return ReviewTerms(day=None, months=issuer.quality.review_months)
