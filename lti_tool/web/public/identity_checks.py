"""Is it this person? A visitor of a badge's page has its holder asked, and waits for the answer.

Opening the page changes nothing, and needs no cookie. A script looks again for the visitor; a link does the same. The
holder's page is in `lti_tool.web.mails.holder_checks`.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.people import identity_checks
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import issuer_of, set_page_issuer

pages = Blueprint("identity_checks", __name__)


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
        return private_page(
            render_template(
                "public/holder_asked.html",
                token=token,
                check=check,
                badge=stored_template(check.credential.template_version.body).name,
                standing=identity_checks.standing(check, tool.clock()),
            )
        )
