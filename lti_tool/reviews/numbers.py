"""The numbers that a review looks at. They name nobody, and are kept with it: later they would be others."""

from __future__ import annotations

from datetime import datetime

from lti_tool.feedback.pools import Result, results_of
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.store.queries.reviews import AwardNumbers
from lti_tool.values import Json

NO_AWARDS = AwardNumbers(awarded=0, revoked=0, recognised=0)


def numbers_looked_at(session: Session, row: TemplateVersion, since: datetime | None, now: datetime) -> Json:
    """The numbers of a template as of now: `since` the last review, and all in all."""
    return {
        "since_last_review": awards_as_json(_awards(session, row, since, now)),
        "ever": awards_as_json(_awards(session, row, None, now)),
        "endorsed_by": len(organisations_of(session, row)),
        "feedback": {
            each.audience: feedback_as_json(each)
            for each in results_of(session, row.template_id)
            if each.answers
        },
    }


def awards_as_json(numbers: AwardNumbers) -> Json:
    """The numbers of awards as JSON, with the share of those that recognise prior learning; None of no award."""
    return {
        "awarded": numbers.awarded,
        "revoked_since": numbers.revoked,
        "by_prior_learning": numbers.recognised,
        "prior_learning_share": round(numbers.recognised / numbers.awarded, 3) if numbers.awarded else None,
    }


def feedback_as_json(result: Result) -> Json:
    """What may be shown of the answers of one audience."""
    return {
        "answers": result.answers,
        "numbers": {code: list(numbers) for code, numbers in result.numbers.items()},
    }


def organisations_of(session: Session, row: TemplateVersion) -> frozenset[str]:
    """The organisations that endorse the version, as its page shows it, each once."""
    shown = queries.organisations.shown_of_template(session, row.id)
    return frozenset(each.organisation_id for each in shown)


def _awards(session: Session, row: TemplateVersion, since: datetime | None, now: datetime) -> AwardNumbers:
    return (
        queries.reviews.numbers_of_template(session, row.issuer_id, row.template_id, since, now) or NO_AWARDS
    )
