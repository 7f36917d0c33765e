"""What quality frameworks ask of a template that recorded reviews answer, and when its next review is."""

from __future__ import annotations

from datetime import date
from typing import Any

from badges.issuer import IssuerProfile
from badges.quality import Facts, framework
from badges.quality.evaluation import STATED
from lti_tool.review_dates.due import months_between
from lti_tool.review_dates.standing import offered_version, standing_of
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateReview, TemplateVersion

#: The framework whose questions a review asks.
_NZQA = "nzqa"


def review_facts(session: Session, row: TemplateVersion, issuer: IssuerProfile, today: date) -> Facts:
    """What the last review says, as long as no other one is overdue; and when the next one of what is published is."""
    offered = offered_version(session, row.template_id)
    if offered is None:
        return {}
    standing = standing_of(session, offered, issuer, today)
    days = {} if standing.due is None else {"review_days": (standing.due - today).days}
    # A draft names a day of its own, and its issuer's settings say whether an overdue review keeps it back.
    found: Facts = days if row.status != "draft" else {}
    last = queries.reviews.last_reviews(session, [row.template_id]).get(row.template_id)
    if last is None or standing.is_overdue:
        return found
    return {**found, **_found_by(last, standing.due)}


def _found_by(review: TemplateReview, due: date | None) -> Facts:
    facts: dict[str, Any] = {STATED: _stated(review)}
    if due is not None:
        facts["review_months"] = months_between(date.fromisoformat(review.day), due)
    if review.overlap == "none":
        facts["overlap_checked"] = True
    return facts


def _stated(review: TemplateReview) -> tuple[str, ...]:
    """The rules that its answers meet; all of them together are the report that another rule asks for."""
    asked = {rule.code for rule in framework(_NZQA).rules if rule.strength == "stated"}
    answered = asked & set(review.answers)
    met = [*answered, "self-assessment"] if answered == asked else [*answered]
    return tuple(f"{_NZQA}.{code}" for code in met)
