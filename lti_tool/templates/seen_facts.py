"""What the tool itself sees of a template that quality frameworks ask about, whatever its author declares."""

from __future__ import annotations

from datetime import date
from typing import Any

from badges.issuer import IssuerProfile
from badges.quality import CATALOGUE, Facts
from badges.quality.evaluation import failed_rules
from badges.template.model import Template
from lti_tool.review_dates.due import months_between
from lti_tool.review_dates.standing import offered_version, standing_of
from lti_tool.store import Session, events, queries
from lti_tool.store.models import TemplateReview, TemplateVersion


def seen_facts(row: TemplateVersion, template: Template, issuer: IssuerProfile, today: date) -> Facts:
    """What is seen of the catalogue and of reviews; nothing where nothing is.

    Nothing is said against a declaration, with one exception: of a version that is published, that its review is
    overdue.
    """
    session = events.session_of(row)
    return {
        **_of_catalogue(session, row, template, issuer),
        **_of_reviews(session, row, issuer, today),
    }


def _of_catalogue(session: Session, row: TemplateVersion, template: Template, issuer: IssuerProfile) -> Facts:
    """That the version is in the catalogue, or will be as soon as it is published.

    Where it is not, the catalogue that is declared may be somebody else's.
    """
    entry = queries.catalogue.entry(session, row.template_id)
    is_listed = entry is not None and entry.issuer_id == row.issuer_id
    return {"in_catalogue": True} if is_listed and not failed_rules(CATALOGUE, template, issuer) else {}


def _of_reviews(session: Session, row: TemplateVersion, issuer: IssuerProfile, today: date) -> Facts:
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
    facts: dict[str, Any] = {"self_assessed": tuple(review.answers)}
    if due is not None:
        facts["review_months"] = months_between(date.fromisoformat(review.day), due)
    if review.overlap == "none":
        facts["overlap_checked"] = True
    return facts
