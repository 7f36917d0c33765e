"""The reviews of a template: what they found, what there is to look at now, and the form that records another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.errors import TemplateError
from badges.template.model import stored_template
from lti_tool.errors import ReviewError
from lti_tool.feedback.pools import results_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators.permissions import may
from lti_tool.review_dates.due import months_later
from lti_tool.review_dates.standing import standing_of
from lti_tool.reviews import recording
from lti_tool.reviews.numbers import numbers_looked_at
from lti_tool.reviews.overlaps import Compared, Overlap, overlaps, skills_of
from lti_tool.reviews.questions import LONGEST_ANSWER, headings, question_codes
from lti_tool.reviews.recording import Findings
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateReview, TemplateVersion
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.review_words import CONCLUSION_HINTS, CONCLUSION_WORDS, OVERLAP_WORDS, why_not
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.prior_learning.own_acts import typed_words

pages = Blueprint("operator_template_review", __name__)

#: What the form suggests where nothing says how often: frameworks that ask for reviews ask for one a year.
USUAL_MONTHS = 12

ROUTE = "/operator/issuers/<slug>/reviews/<uuid:template_id>"


@pages.get(ROUTE)
def show(slug: str, template_id: UUID) -> Response:
    """The reviews. Raises NotFoundError where the issuer has published no such template."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        return _page(session, visit, issuer, str(template_id))


@pages.post(ROUTE)
def record(slug: str, template_id: UUID) -> Response:
    """Records a review, or shows the form again with what is wrong. Raises NotFoundError as `show` does."""
    visit = current_operator()
    tool = current_tool()
    wanted = str(template_id)
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "review_templates")
            recording.record(session, issuer, wanted, _typed(), tool.clock(), visit.operator.id)
    except ReviewError as error:
        with tool.store.read() as session:
            return _page(session, visit, issuer, wanted, wrong=why_not(error), typed=request.form)
    done = f"/operator/issuers/{issuer.profile.slug}/reviews/{wanted}?done=yes&lang={page_language()}"
    return redirect(done, 303)


def _typed() -> Findings:
    try:
        next_day = date.fromisoformat(request.form.get("next_day", ""))
    except ValueError:
        # No day is in time.
        next_day = date.min
    return Findings(
        conclusion=request.form.get("conclusion", ""),
        answers={code: typed_words(f"answer-{code}") for code in question_codes()},
        # A form without any of its choices is not one that somebody has filled in.
        overlap=request.form.get("overlap", "not chosen"),
        next_day=next_day,
        after=row_id("after"),
    )


def _page(
    session: Session, visit: OperatorVisit, issuer: Issuer, template_id: str, **values: Any
) -> Response:
    row = recording.version_to_review(session, issuer.id, template_id)
    today = issuer.profile.day_of(current_tool().clock())
    reviews = queries.reviews.reviews_of(session, template_id)
    may_review = may(visit.operator, issuer.id, "review_templates")
    given = {"wrong": "", "typed": {}, "done": request.args.get("done") == "yes"} | values
    return operator_page(
        "operator/template_review.html",
        visit,
        issuer_now=issuer,
        row=row,
        template=stored_template(row.body),
        standing=standing_of(session, row, issuer.profile, today),
        years=(today.year, today.year - 1),
        headings=headings(page_language()),
        conclusions=CONCLUSION_WORDS,
        overlap_words=OVERLAP_WORDS,
        **_numbers(session, row, reviews),
        **_history(session, reviews),
        **(_form(session, issuer, row, today) if may_review else {}),
        **given,
    )


def _numbers(session: Session, row: TemplateVersion, reviews: Sequence[TemplateReview]) -> dict[str, Any]:
    """What there is to look at now."""
    since = reviews[0].reviewed_at if reviews else None
    numbers = numbers_looked_at(session, row, since, current_tool().clock())
    share = numbers["since_last_review"]["prior_learning_share"]
    return {
        "numbers": numbers,
        "share": None if share is None else Decimal(str(share)),
        "answers": sum(each.answers for each in results_of(session, row.template_id)),
    }


def _history(session: Session, reviews: Sequence[TemplateReview]) -> dict[str, Any]:
    """What was found so far, and the number of the last review."""
    return {
        "reviews": [
            (each, date.fromisoformat(each.day), date.fromisoformat(each.next_day)) for each in reviews
        ],
        "names": _names(session, reviews),
        "after": reviews[0].number if reviews else 0,
    }


def _form(session: Session, issuer: Issuer, row: TemplateVersion, today: date) -> dict[str, Any]:
    """What the form needs beside the questions."""
    latest = recording.latest_next_day(row, issuer.profile, today)
    return {
        "overlaps": _overlaps(session, issuer, row),
        "conclusion_hints": CONCLUSION_HINTS,
        "longest": LONGEST_ANSWER,
        "latest": latest,
        "suggested": min(latest, months_later(today, USUAL_MONTHS)),
    }


def _names(session: Session, reviews: Sequence[TemplateReview]) -> Mapping[int, str]:
    """What those who reviewed call themselves now; those whose account was erased are without a name."""
    rows = [queries.operators.operator(session, each) for each in {row.operator_id for row in reviews}]
    return {row.id: row.name for row in rows if row is not None}


def _overlaps(session: Session, issuer: Issuer, row: TemplateVersion) -> Sequence[Overlap]:
    others = [*_own(session, issuer, row), *_of_others(session, issuer)]
    return overlaps(stored_template(row.body), others)


def _own(session: Session, issuer: Issuer, row: TemplateVersion) -> Iterator[Compared]:
    """The other templates of the issuer that are offered; one that cannot be read any more keeps back no other."""
    for other in queries.reviews.offered_versions(session, issuer.id):
        if other.template_id == row.template_id:
            continue
        with suppress(TemplateError):
            found = stored_template(other.body)
            yield Compared(
                name=found.name,
                issuer=issuer.profile.name,
                address=f"/achievements/{other.template_id}/{other.version}",
                skills=skills_of(found),
                outcomes=[outcome.text for outcome in found.learning_outcomes],
            )


def _of_others(session: Session, issuer: Issuer) -> Iterator[Compared]:
    """What other issuers have in the public catalogue."""
    tool = current_tool()
    every = tool.issuers.all(session)
    names = {each.id: each.profile.name for each in every}
    for offer in tool.offers.read(session, every, tool.clock()):
        if offer.issuer_id != issuer.id:
            yield Compared(
                name=offer.name,
                issuer=names[offer.issuer_id],
                address=f"/achievements/{offer.template_id}/{offer.version}",
                skills=offer.skills,
            )
