"""Where reminders are refused: the page of a link in each, and what a mail program posts there (RFC 8058).

Opening the page changes nothing, because scanners of mails open every link; only a POST does. It needs no session and
no cookie, and it may come from the provider of the mailbox.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.mails.refusals import RemindedPerson, reminded_person
from lti_tool.people import reminders
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page
from lti_tool.web.page_issuer import set_page_issuer

pages = Blueprint("reminders", __name__)


@pages.get("/mail/reminders/<token>")
def show(token: str) -> Response:
    """Which reminders these are, and whether they are refused. Raises NotFoundError for a token that is none."""
    return _page(token, _reminded(token))


@pages.post("/mail/reminders/<token>")
def change(token: str) -> Response:
    """Refuses them, as a mail program's button does; or takes that back. Raises NotFoundError as `show` does."""
    tool, reminded = current_tool(), _reminded(token)
    with tool.store.begin() as session:
        if request.form.get("reminders") == "yes":
            reminders.accept(session, reminded, tool.clock())
        else:
            reminders.refuse(session, reminded, tool.clock())
    return _page(token, reminded)


def _reminded(token: str) -> RemindedPerson:
    found = reminded_person(current_tool().issuers.mail_tokens, token)
    if found is None:
        raise NotFoundError("no mail has this token")
    return found


def _page(token: str, reminded: RemindedPerson) -> Response:
    tool = current_tool()
    with tool.store.read() as session:
        refused = reminders.are_refused(session, reminded)
        set_page_issuer(tool.issuers.of_person(session, reminded.person_id))
    return private_page(
        render_template("mails/reminders.html", token=token, kind=reminded.kind, refused=refused)
    )
