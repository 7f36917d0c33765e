"""What an approver's link opens: the badge as it will be signed, and two answers.

Reading it changes nothing, because mail programs and their scanners open links too; only an answer uses it up.
"""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from badges.errors import BadgeError
from badges.template.model import read_template, text_in
from badges.vocabularies import vocabulary
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.announced import read_in_each_language
from lti_tool.store import Session
from lti_tool.templates import approval_requests, approvals
from lti_tool.templates.approvals import Answer
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.editor.completeness import completeness_of
from lti_tool.web.editor.preview import preview
from lti_tool.web.headers import NO_ORIGIN, allow_framing_by, unlisted
from lti_tool.web.page_issuer import page_issuer, set_page_issuer
from lti_tool.web.translation import gettext as _

pages = Blueprint("approval", __name__)

MAX_REASON_LENGTH = 2000
_ANSWERS: dict[str, Answer] = {"approved": "approved", "declined": "declined"}


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
    given = _ANSWERS.get(request.form.get("answer", ""))
    reason = typed_line("reason", MAX_REASON_LENGTH)
    if given is None:
        raise BadRequest
    problem = wrong = ""
    if given == "declined" and not reason:
        wrong = _("Say what the teacher should change.")
    else:
        try:
            with tool.store.begin() as session:
                issuer = _issuer_of(session, code)
                approvals.answer_by_link(session, issuer.profile, code, given, reason, tool.clock())
        except BadgeError:
            problem = _(
                "The badge cannot be published as it is: the settings of the institution have changed since the "
                "teacher asked. Decline it, and say so."
            )
    with tool.store.read() as session:
        return _page(session, code, problem, wrong)


def _issuer_of(session: Session, code: str) -> Issuer:
    _approval, row = approvals.find_by_code(session, code)
    return current_tool().issuers.of(session, row.issuer_id)


def _page(session: Session, code: str, problem: str = "", wrong: str = "") -> Response:
    allow_framing_by(NO_ORIGIN)
    tool = current_tool()
    set_page_issuer(_issuer_of(session, code))
    issuer = page_issuer().profile
    approval, row = approvals.find_by_code(session, code)
    template = read_template(row.body)
    page = make_response(
        render_template(
            "approver/approval.html",
            approval_code=code,
            approval=approval,
            days=approval_requests.LINK_DAYS,
            row=row,
            template=template,
            standing=approvals.standing(session, approval, row, issuer, tool.clock()),
            # What was changed since is none of this approver's business, and not what they have answered.
            is_unchanged=approval.draft_hash == draft_hash(row),
            answered=approval_requests.answered_first(row, approval),
            preview=preview(
                row, template, completeness_of(template, issuer, issuer.day_of(tool.clock())).stated_count
            ),
            read_in=read_in_each_language(page_issuer(), row),
            text_in=text_in,
            vocabulary=vocabulary,
            problem=problem,
            wrong=wrong,
            reason=typed_line("reason", MAX_REASON_LENGTH),
            most=MAX_REASON_LENGTH,
        )
    )
    return unlisted(page)
