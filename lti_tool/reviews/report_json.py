"""The report of an issuer, or of one template, as JSON: for the institution's own programs, with exact numbers."""

from __future__ import annotations

from lti_tool.reviews.numbers import awards_as_json, feedback_as_json
from lti_tool.reviews.report import Reviewed, YearReport
from lti_tool.store.models import TemplateReview
from lti_tool.values import Json


def as_json(report: YearReport) -> Json:
    """The report as JSON. Feedback is left out while it may not be shown, and nobody is named who reviewed."""
    awards = report.awards
    return {
        "issuer": {"id": report.issuer.id, "name": report.issuer.name},
        "year": report.year,
        "as_of": report.day.isoformat(),
        "awards": awards.awarded,
        "by_prior_learning": awards.recognised,
        "prior_learning_share": awards_as_json(awards)["prior_learning_share"],
        "endorsed_by": report.endorsed_by,
        "overdue_reviews": len(report.overdue),
        "overdue_stops_templates": report.issuer.reviews.overdue_stops,
        "templates": [_template_as_json(each) for each in report.templates],
    }


def _template_as_json(each: Reviewed) -> Json:
    return {
        "template_id": each.row.template_id,
        "name": dict(each.name),
        "version": each.row.version,
        "status": each.row.status,
        "owner": each.owner or None,
        "last_review": each.last.day if each.last else None,
        "review_due": each.due.isoformat() if each.due else None,
        "review_overdue": each.is_overdue,
        "stopped": each.standing.is_stopped,
        "awards": awards_as_json(each.awards),
        "endorsed_by": each.endorsed_by,
        "versions_published": [{"version": version, "day": day.isoformat()} for version, day in each.changes],
        "reviews": [review_as_json(review) for review in each.reviews],
        "feedback_of_all_years": {
            result.audience: feedback_as_json(result) for result in each.feedback if result.answers
        },
    }


def review_as_json(review: TemplateReview) -> Json:
    """A review as JSON: what it found, by the codes of the questions, and what it looked at."""
    return {
        "number": review.number,
        "version": review.version,
        "day": review.day,
        "conclusion": review.conclusion,
        "findings": dict(review.answers),
        "overlap": review.overlap or None,
        "numbers": dict(review.numbers),
        "next_review": review.next_day,
    }
