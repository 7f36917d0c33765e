"""Is the badge yours? The holder's page of a check, which the link of a mail opens, and their answer.

Opening the page changes nothing, because scanners of mails open every link; only a POST does. It needs no session and
no cookie.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.people import identity_checks
from lti_tool.people.identity_checks import Answer
from lti_tool.store import Session
from lti_tool.store.models import IdentityCheck
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page
from lti_tool.web.page_issuer import issuer_of, set_page_issuer

pages = Blueprint("holder_checks", __name__)

_ANSWERS: dict[str, Answer] = {"yes": "yes", "no": "no", "never": "never"}


@pages.get("/mail/holder/<token>")
def ask(token: str) -> Response:
    """The question, or what was answered. Raises NotFoundError for a token that is none."""
    tool = current_tool()
    with tool.store.read() as session:
        check = identity_checks.asked(session, tool.issuers.mail_tokens, token)
        return _page(session, token, check, check.said)


@pages.post("/mail/holder/<token>")
def answer(token: str) -> Response:
    """Answers, and shows what counts. Raises NotFoundError as `ask` does, BadRequest without an answer."""
    tool = current_tool()
    said = _ANSWERS.get(request.form.get("answer", ""))
    if said is None:
        raise BadRequest
    with tool.store.begin() as session:
        check = identity_checks.answer(session, tool.issuers.mail_tokens, token, said, tool.clock())
        # The check holds what its visitor may learn: not that the holder is never to be asked again.
        return _page(session, token, check, "never" if said == "never" else check.said)


def _page(session: Session, token: str, check: IdentityCheck, said: str) -> Response:
    set_page_issuer(issuer_of(session, check.credential.issuer_id))
    return private_page(
        render_template(
            "mails/holder.html",
            token=token,
            check=check,
            badge=stored_template(check.credential.template_version.body).name,
            said=said,
            is_over=current_tool().clock() >= check.ends_at,
            minutes=identity_checks.OPEN // timedelta(minutes=1),
        )
    )
