"""Three questions to somebody who was invited by a link, which works once. It needs no session and no cookie."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.feedback import invitations
from lti_tool.feedback.pools import About
from lti_tool.feedback.questions import read_answer
from lti_tool.store import Session, queries
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import questions_for
from lti_tool.web.headers import private_page
from lti_tool.web.page_issuer import issuer_of, set_page_issuer

pages = Blueprint("invited_feedback", __name__)


@pages.get("/feedback/<token>")
def ask(token: str) -> Response:
    """The questions; opening the page changes nothing. Raises NotFoundError for a link that was used, or is none."""
    tool = current_tool()
    with tool.store.read() as session:
        return _page(session, token, invitations.opened(session, token, tool.clock()), "asked")


@pages.post("/feedback/<token>")
def answer(token: str) -> Response:
    """Takes the answer and ends the link; the form again where a question was left out. Raises NotFoundError."""
    tool = current_tool()
    with tool.store.begin() as session:
        about = invitations.opened(session, token, tool.clock())
        given = read_answer(about.audience, request.form)
        if given is None:
            return _page(session, token, about, "incomplete")
        invitations.answer(session, token, given, tool.clock(), tool.stored_secrets_key)
        return _page(session, token, about, "taken")


def _page(session: Session, token: str, about: About, state: str) -> Response:
    set_page_issuer(issuer_of(session, about.issuer_id))
    row = queries.templates.newest_released(session, about.template_id)
    if row is None:
        raise NotFoundError("there is no version of the template that anybody may read")
    return private_page(
        render_template(
            "public/feedback.html",
            token=token,
            state=state,
            audience=about.audience,
            template=stored_template(row.body),
            version=row,
            feedback_questions=questions_for(about.audience),
        )
    )
