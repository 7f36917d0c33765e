"""Is it this person? The visitor's page of a check, and the holder's, which the link of a mail opens.

Opening either changes nothing, and neither needs a cookie. A script looks again for the visitor; a link does the same.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.people import identity_checks
from lti_tool.people.identity_checks import Answer
from lti_tool.store import Session
from lti_tool.store.models import IdentityCheck
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import issuer_of, set_page_issuer

pages = Blueprint("identity_checks", __name__)

_ANSWERS: dict[str, Answer] = {"yes": "yes", "no": "no", "never": "never"}


@pages.post("/badges/<uuid:badge_id>/holder")
def begin(badge_id: UUID) -> Response:
    """Has the holder asked, and opens the visitor's page. Raises NotFoundError where there is no such badge in use."""
    tool = current_tool()
    with tool.store.begin() as session:
        token = identity_checks.begin(session, str(badge_id), tool.clock())
    return redirect(url_for("identity_checks.wait", token=token, lang=page_language()), 303)


@pages.get("/holder/<token>")
def wait(token: str) -> Response:
    """The visitor's page: the number, and whether somebody has answered. Raises NotFoundError."""
    tool = current_tool()
    with tool.store.read() as session:
        check = identity_checks.visited(session, token)
        set_page_issuer(issuer_of(session, check.credential.issuer_id))
        return _private(
            render_template(
                "public/holder_asked.html",
                token=token,
                check=check,
                badge=stored_template(check.credential.template_version.body).name,
                standing=identity_checks.standing(check, tool.clock()),
            )
        )


@pages.get("/mail/holder/<token>")
def ask(token: str) -> Response:
    """The holder's page. Raises NotFoundError for a token that is none."""
    tool = current_tool()
    with tool.store.begin() as session:
        return _holders_page(session, token, identity_checks.asked(session, tool.issuers.mail_tokens, token))


@pages.post("/mail/holder/<token>")
def answer(token: str) -> Response:
    """Answers, and shows that. Raises NotFoundError as `ask` does, BadRequest without an answer."""
    tool = current_tool()
    said = _ANSWERS.get(request.form.get("answer", ""))
    if said is None:
        raise BadRequest
    with tool.store.begin() as session:
        check = identity_checks.asked(session, tool.issuers.mail_tokens, token)
        identity_checks.answer(session, check, said, tool.clock())
        return _holders_page(session, token, check, said)


def _holders_page(session: Session, token: str, check: IdentityCheck, said: str = "") -> Response:
    set_page_issuer(issuer_of(session, check.credential.issuer_id))
    return _private(
        render_template(
            "mails/holder.html",
            token=token,
            check=check,
            badge=stored_template(check.credential.template_version.body).name,
            said=said or check.said,
            is_over=current_tool().clock() >= check.ends_at,
        )
    )


def _private(page: str) -> Response:
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    return response
