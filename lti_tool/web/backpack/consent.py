"""The page on which a learner lets a program in, or does not. It is outside of any platform, and in no frame.

What a program calls itself is foreign text: anybody can register one under any name. What is sure is the host to which
the answer goes, so the page names both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.backpack import authorization
from lti_tool.backpack.authorization import Asked
from lti_tool.backpack.endpoints import CONSENT_PATH
from lti_tool.backpack.requests import OAuthAnswer, OAuthRequest
from lti_tool.backpack.scopes import STAY
from lti_tool.errors import ProgramRefusedError
from lti_tool.store import Session
from lti_tool.web import rate_limits
from lti_tool.web.backpack.scope_words import words_of
from lti_tool.web.current import current_tool
from lti_tool.web.headers import allow_forms_to, private_page, send_own_origin
from lti_tool.web.learner.learner_visits import (
    ASKED_COOKIE,
    LearnerVisit,
    check_own_page,
    find_visit,
    record_use,
    set_cookie,
)

pages = Blueprint("backpack_consent", __name__)

#: What a request for consent has; the form of the page sends the same again.
PARAMETERS = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
)
#: How long the request waits for somebody who has to sign in first, and how long it may be as a cookie.
WAITS_SECONDS = 600
MAX_COOKIE = 3000
_PRINTABLE = re.compile(r"[!-~]+")


@pages.get(CONSENT_PATH)
def show() -> Response:
    """What the program asks for, with two buttons; the form to sign in first, where nobody is signed in.

    A program that asks wrongly gets its error back by a link: whoever registers a program could send people to any site
    through this one, if the browser were sent there by itself.
    """
    values = request.args
    tool = current_tool()
    with tool.store.read() as session:
        asked = _asked(session, values.to_dict(flat=False))
        if isinstance(asked, Response):
            return asked
        visit = find_visit(session)
        if visit is None:
            return _sign_in_first(asked)
        page = _page(asked, visit)
    record_use(visit)
    return page


@pages.post(CONSENT_PATH)
def answer() -> Response:
    """Sends the browser back to the program, with a code or with the word that it is not let in.

    Raises NotAllowedError for a form of another site, and where the learner lets in too many.
    """
    check_own_page()
    tool = current_tool()
    values = {name: request.form.getlist(name) for name in PARAMETERS if request.form.get(name)}
    with tool.store.begin() as session:
        asked = _asked(session, values)
        if isinstance(asked, Response):
            return asked
        visit = find_visit(session)
        if visit is None:
            return _sign_in_first(asked)
        if request.form.get("answer") != "yes" or not visit.people:
            return redirect(authorization.turn_away(asked), 303)
        domains = tool.issuers.reused_domains(session)
        return redirect(authorization.let_in(session, asked, visit, domains, tool.clock()), 303)


def _asked(session: Session, values: Mapping[str, Sequence[str]]) -> Asked | Response:
    """What is asked for, or the answer to a request that is wrong."""
    tool = current_tool()
    only = {name: given for name, given in values.items() if name in PARAMETERS}
    try:
        read = OAuthRequest("GET", only)
        found = authorization.asked_by(session, read, tool.clock())
    except ProgramRefusedError as error:
        return _refused(error.code)
    if isinstance(found, OAuthAnswer):
        back = found.location or ""
        return _refused(parse_qs(urlsplit(back).query).get("error", [""])[-1], back)
    return found


def _refused(code: str, back: str = "") -> Response:
    """The page for a request that is wrong, with a link `back` where it is known whose it is."""
    rate_limits.count_refusal()
    host = urlsplit(back).hostname or ""
    response = _private("backpack/refused.html", code=code, back=back, host=host)
    response.status_code = 400
    return response


def _page(asked: Asked, visit: LearnerVisit) -> Response:
    # A browser asks the policy of the page also where the answer to its form leads.
    allow_forms_to(str(asked.grant.redirect_uri))
    return _private(
        "backpack/consent.html",
        asked=asked,
        learner_visit=visit,
        words=words_of(asked.scopes),
        stays=STAY in asked.scopes,
        values=_values(asked),
        action=CONSENT_PATH,
    )


def _sign_in_first(asked: Asked) -> Response:
    query = urlencode(_values(asked))
    waits = len(query) <= MAX_COOKIE and _PRINTABLE.fullmatch(query) is not None
    response = _private("backpack/sign_in_first.html", asked=asked, values=_values(asked), waits=waits)
    if waits:
        set_cookie(response, ASKED_COOKIE, query, WAITS_SECONDS)
    return response


def _values(asked: Asked) -> Mapping[str, str]:
    given = asked.grant.request.payload.data
    return {name: given[name] for name in PARAMETERS if given.get(name)}


def _private(page: str, **values: Any) -> Response:
    send_own_origin()
    given = {"visit": None, "query": urlencode(values.get("values", {}))} | values
    return private_page(render_template(page, **given))
