"""What an approver's link opens: the badge as it will be signed, and two answers.

Reading it changes nothing, because mail programs and their scanners open links too; only an answer uses it up.
"""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import read_template
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session
from lti_tool.templates import approval_requests, approvals
from lti_tool.templates.approvals import Answer
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.web.approval_answers import Refused, shown_version, take_answer
from lti_tool.web.current import current_tool
from lti_tool.web.headers import NO_ORIGIN, allow_framing_by, unlisted
from lti_tool.web.page_issuer import set_page_issuer

pages = Blueprint("approval", __name__)


@pages.get("/lti/approval")
def show() -> Response:
    """The badge of a link, and whether it can be answered. Raises NotFoundError for an unknown code."""
    with current_tool().store.read() as session:
        return _page(session, request.args.get("code", ""))


@pages.post("/lti/approval")
def answer() -> Response:
    """Answers, and shows what has become of it.

    Raises NotFoundError for an unknown code, BadRequest without an answer.
    """
    tool, code = current_tool(), request.form.get("code", "")

    def record(given: Answer, reason: str) -> None:
        with tool.store.begin() as session:
            issuer = _issuer_of(session, code)
            approvals.answer_by_link(session, issuer.profile, code, given, reason, tool.clock())

    refused = take_answer(record)
    with tool.store.read() as session:
        return _page(session, code, refused)


def _issuer_of(session: Session, code: str) -> Issuer:
    _approval, row = approvals.find_by_code(session, code)
    return current_tool().issuers.of(session, row.issuer_id)


def _page(session: Session, code: str, refused: Refused | None = None) -> Response:
    allow_framing_by(NO_ORIGIN)
    issuer = _issuer_of(session, code)
    set_page_issuer(issuer)
    approval, row = approvals.find_by_code(session, code)
    page = make_response(
        render_template(
            "approver/approval.html",
            approval_code=code,
            approval=approval,
            days=approval_requests.LINK_DAYS,
            standing=approvals.standing(session, approval, row, issuer.profile, current_tool().clock()),
            # What was changed since is none of this approver's business, and not what they have answered.
            is_unchanged=approval.draft_hash == draft_hash(row),
            answered=approval_requests.answered_first(row, approval),
            **shown_version(row, read_template(row.body), issuer, refused),
        )
    )
    return unlisted(page)
