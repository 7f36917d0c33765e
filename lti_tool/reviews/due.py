"""When a template is to be reviewed. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from badges.issuer import IssuerProfile
from badges.template.model import Template


def review_due(template: Template, issuer: IssuerProfile, published: date) -> date | None:
    """The day by which a version that was published then is to be reviewed; None where nothing says one.

    It is the template's own day; without one, so many months after the publication as the template or its issuer says.
    """
    if template.review_date is not None:
        return template.review_date
    months = template.quality.with_those_of(issuer.quality).review_months
    return _months_later(published, months) if months else None


def _months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of a shorter month; no later than `date.max`."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
