"""A review of a template, recorded by an operator of its issuer. What was recorded is never changed.

It belongs to the template, and names the version that was offered then; so a next version does not lose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from badges.issuer import IssuerProfile
from badges.template.model import stored_template
from lti_tool.errors import NotFoundError, ReviewError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators import accounts
from lti_tool.review_dates.due import months_later, review_terms
from lti_tool.review_dates.standing import offered_version
from lti_tool.reviews.numbers import numbers_looked_at
from lti_tool.reviews.questions import CONCLUSIONS, LONGEST_ANSWER, OVERLAPS, question_codes
from lti_tool.store import Session, events, queries
from lti_tool.store.models import TemplateReview, TemplateVersion

#: The most months to the next review where nobody says how many: as long as accreditations last.
MOST_MONTHS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a review found: `answers` by the codes of the questions; `next_day` is when it is to be reviewed again.

    `after` is the number of the last review that its author has seen, 0 for none.
    """

    conclusion: str
    answers: Mapping[str, str]
    overlap: str
    next_day: date
    after: int


def version_to_review(session: Session, issuer_id: str, template_id: str) -> TemplateVersion:
    """The version that a review of the issuer's template is about.

    Raises NotFoundError where the issuer has published no such template: a draft is approved, and not reviewed.
    """
    row = offered_version(session, template_id)
    if row is None or row.issuer_id != issuer_id:
        raise NotFoundError("the issuer has published no such template")
    return row


def latest_next_day(row: TemplateVersion, issuer: IssuerProfile, today: date) -> date:
    """The latest day that a review today may set for the next one: as the template or its issuer says."""
    months = review_terms(stored_template(row.body), issuer).months
    return months_later(today, months or MOST_MONTHS)


def record(
    session: Session,
    issuer: Issuer,
    template_id: str,
    findings: Findings,
    now: datetime,
    operator_id: int,
) -> TemplateReview:
    """The new row, with the numbers of today.

    Raises NotFoundError as `version_to_review`, and ReviewError with `meanwhile` where somebody has recorded another
    one that its author has not seen, `conclusion`, `findings` (no answer at all), `too_long`, `overlap`, `next_day`.
    """
    queries.reviews.lock_versions(session, template_id)
    row = version_to_review(session, issuer.id, template_id)
    last = queries.reviews.last_reviews(session, [template_id]).get(template_id)
    today = issuer.profile.day_of(now)
    if findings.after != (last.number if last is not None else 0):
        raise ReviewError("meanwhile", "another review was recorded meanwhile")
    _check(findings, today, latest_next_day(row, issuer.profile, today))
    review = TemplateReview(
        issuer_id=issuer.id,
        template_id=template_id,
        version=row.version,
        number=findings.after + 1,
        conclusion=findings.conclusion,
        answers={code: findings.answers[code] for code in question_codes() if findings.answers.get(code)},
        overlap=findings.overlap,
        numbers=numbers_looked_at(session, row, last.reviewed_at if last is not None else None, now),
        day=today.isoformat(),
        next_day=findings.next_day.isoformat(),
        operator_id=operator_id,
        reviewed_at=now,
    )
    session.add(review)
    session.flush()
    data = {"version": row.version, "review": review.number}
    actor = accounts.actor_of(operator_id)
    events.record(
        session,
        "template_reviewed",
        "template",
        template_id,
        now,
        actor=actor,
        why=findings.conclusion,
        data=data,
    )
    return review


def _check(findings: Findings, today: date, latest: date) -> None:
    if findings.conclusion not in CONCLUSIONS:
        raise ReviewError("conclusion", "a review comes to one of three conclusions")
    if not any(findings.answers.get(code) for code in question_codes()):
        raise ReviewError("findings", "a review that says nothing is none")
    if any(len(text) > LONGEST_ANSWER for text in findings.answers.values()):
        raise ReviewError("too_long", "an answer is too long")
    if findings.overlap not in OVERLAPS:
        raise ReviewError("overlap", "it repeats something or it does not")
    if not today < findings.next_day <= latest:
        raise ReviewError("next_day", f"the next review is on {latest} at the latest", latest=latest)
