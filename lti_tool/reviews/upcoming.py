"""Which templates of an issuer are to be reviewed soon, or should have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from badges.issuer import IssuerProfile
from lti_tool.review_dates.standing import standings
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion

#: How long before a review is due the issuer is reminded: time enough to ask those who teach.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingReview:
    """A template that is offered, and the day by which it is to be reviewed."""

    row: TemplateVersion
    due: date
    is_overdue: bool


def upcoming_reviews(
    session: Session, issuer_id: str, issuer: IssuerProfile, today: date
) -> Sequence[UpcomingReview]:
    """Those that are due within SOON, and those that are overdue; the first that is due first. Two statements."""
    rows = queries.reviews.offered_versions(session, issuer_id)
    found = standings(session, rows, issuer, today)
    near = [
        UpcomingReview(row=row, due=due, is_overdue=found[row.template_id].is_overdue)
        for row in rows
        if (due := found[row.template_id].due) is not None and due - SOON <= today
    ]
    return sorted(near, key=lambda each: (each.due, each.row.name))
