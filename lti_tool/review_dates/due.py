"""When a template is to be reviewed. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from badges.issuer import IssuerProfile
from badges.template.model import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTerms:
    """What a version says of its review: a `day` of its own, and so many `months` from one review to the next.

    The months are those of the template, else of its issuer.
    """

    day: date | None
    months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDates:
    """What happened to a template, by its issuer's calendar.

    `first_published`: its first version. `reviewed`, `next_day`: the last review, and the day that it set for the next.
    `is_newer`: the version in question was published after that review.
    """

    first_published: date
    reviewed: date | None = None
    next_day: date | None = None
    is_newer: bool = False


def review_terms(template: Template, issuer: IssuerProfile) -> ReviewTerms:
    """What the template, and its issuer, say of its review."""
    months = template.quality.with_those_of(issuer.quality).review_months
    return ReviewTerms(day=template.review_date, months=months)


def review_due(terms: ReviewTerms, dates: ReviewDates) -> date | None:
    """The day by which a published version is to be reviewed; None where nothing says one.

    It is the earliest that is named: by the last review, by the version itself unless it was reviewed since, and by the
    months since the last review, or since the first publication. A next version is no review: it puts none off.
    """
    own = terms.day if dates.reviewed is None or dates.is_newer else None
    since = dates.reviewed or dates.first_published
    regular = months_later(since, terms.months) if terms.months else None
    return min((day for day in (own, regular, dates.next_day) if day is not None), default=None)


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of a shorter month; no later than `date.max`."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(day: date, later: date) -> int:
    """How many months it takes from one day to a later one; one that has begun counts."""
    months = 12 * (later.year - day.year) + later.month - day.month
    return months + (months_later(day, months) < later)
