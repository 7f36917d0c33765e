"""A teacher lets the tool read their course at the platform in their name, and withdraws that again.

The platform asks them on a page of its own, which it does not show in a frame: a new tab leads there and comes back.
What comes back has to come to the browser that went, for the visit, course and person of then, and once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from lti_tool.awarding import looks
from lti_tool.errors import LaunchError, NoAuthorError, NotFoundError, PlatformError
from lti_tool.platforms import source_access
from lti_tool.platforms.consent import CONSENT_SECONDS, Consent, ConsentRequest, new_request
from lti_tool.sources import SOURCES, consent_site
from lti_tool.sources.found import Asked
from lti_tool.store import queries
from lti_tool.store.models import Course
from lti_tool.values import Access, secret_hash
from lti_tool.web.current import current_tool
from lti_tool.web.filters import error_sentence
from lti_tool.web.plug_sentences import source_words
from lti_tool.web.requested_address import requested_tool_url
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.sources import sources_page
from lti_tool.web.visits import Visit, current_teacher_visit, visit_by_hash

pages = Blueprint("source_consent", __name__)

#: Where the platform leads back to: an operator of the platform enters this address there, so it stays as it is.
RETURN_PATH = "/lti/consent"
MAX_CODE_LENGTH = 2000
MAX_ERROR_LENGTH = 60


@pages.post("/lti/app/course/sources/<name>/consent")
def ask(name: str) -> Response | str:
    """The page in the new tab that leads on to the platform's page, which asks the teacher.

    No redirect: browsers check every step of a form's way against the sites to which our pages may send one, and the
    platform may lead on to a school's own login. The page of sources, where the source can no longer be opened there.
    """
    tool = current_tool()
    visit, source = _author_visit(), _source(name)
    access, asked = _access(visit, name)
    if access is None or consent_site(source, asked) is None:
        return sources_page(visit)
    sent = new_request(f"{requested_tool_url()}{RETURN_PATH}")
    proof = secrets.token_urlsafe(32)
    tool.expiring_values.put(
        _key(sent.state),
        {
            "source": name,
            "session": secret_hash(visit.token),
            "course": visit.course_id,
            "person": visit.person_id,
            "code_verifier": sent.code_verifier,
            "redirect_uri": sent.redirect_uri,
            "proof": secret_hash(proof),
        },
        CONSENT_SECONDS,
    )
    url = source.consent_url(access, tool.decrypt, sent)
    page = render_template("teacher/to_platform.html", visit=visit, url=url, host=urlsplit(url).netloc)
    response = Response(page, mimetype="text/html")
    # The tab is no frame, so a cookie of its own site is all that it takes; Lax, because the platform leads back.
    response.set_cookie(
        _cookie(sent.state),
        proof,
        max_age=CONSENT_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@pages.get(RETURN_PATH)
def answer() -> Response | str:
    """The page in the new tab after the teacher has answered the platform.

    Raises LaunchError `ticket_over` where nothing was asked, or it was answered already, `unbound` in another browser,
    and as `visit_by_hash` does; NoAuthorError for somebody who may no longer do it.
    """
    tool = current_tool()
    state = request.args.get("state", "")
    asked_for = tool.expiring_values.peek(_key(state)) if state else None
    if asked_for is None:
        raise LaunchError("ticket_over", "nothing was asked with this state, or it was answered")
    proof = request.cookies.get(_cookie(state), "")
    if not hmac.compare_digest(secret_hash(proof), asked_for["proof"]):
        raise LaunchError("unbound", "another browser asked")
    # From here on the state is used up, whatever comes of it.
    asked_for = tool.expiring_values.take(_key(state))
    if asked_for is None:
        raise LaunchError("ticket_over", "it was answered a moment ago")
    visit = visit_by_hash(asked_for["session"])
    _check_author(visit)
    if (visit.course_id, visit.person_id) != (asked_for["course"], asked_for["person"]):
        raise LaunchError("ticket_over", "it was asked for another course")
    code = request.args.get("code", "")
    if not code or len(code) > MAX_CODE_LENGTH:
        error = request.args.get("error", "")
        # By other errors than this (RFC 6749, section 4.1.2.1) the platform refuses the tool, and has asked nobody.
        state = "declined" if error == "access_denied" else "refused"
        return _tab(state, visit, asked_for["source"], error[:MAX_ERROR_LENGTH])
    try:
        return _grant(visit, asked_for, code)
    except PlatformError as error:
        return _tab("failed", visit, asked_for["source"], error_sentence(error.as_json()))


@pages.post("/lti/app/course/sources/<name>/withdraw")
def withdraw(name: str) -> str:
    """The page of sources, once the source can read the course no longer."""
    tool = current_tool()
    visit, source = _author_visit(), _source(name)
    access, asked = _access(visit, name)
    words = source_words(name)["consent"]
    with tool.store.begin() as session:
        was_given = source_access.take_away(
            session, visit.registration.id, name, tool.clock(), visit.actor, visit.course_id
        )
    if not was_given:
        return sources_page(visit)
    if access is None or consent_site(source, asked) is None:
        return sources_page(visit, Notice(text=words["withdrawn"]))
    try:
        source.withdraw(access, tool.connect(visit.registration))
    except PlatformError:
        return sources_page(visit, Notice(text=words["not_withdrawn"], light="unsure"))
    return sources_page(visit, Notice(text=words["withdrawn"]))


def _grant(visit: Visit, asked_for: Mapping[str, Any], code: str) -> str:
    """The page that says that it is done; raises PlatformError where the platform does not give what was agreed."""
    tool, name = current_tool(), asked_for["source"]
    source = _source(name)
    access, asked = _access(visit, name)
    if access is None or consent_site(source, asked) is None:
        return _tab("failed", visit, name)
    connection = tool.connect(visit.registration)
    sent = ConsentRequest(
        state="", code_verifier=asked_for["code_verifier"], redirect_uri=asked_for["redirect_uri"]
    )
    given = source.given_by(access, connection, Consent(request=sent, code=code, api_id=_api_id(visit)))
    with tool.store.begin() as session:
        source_access.give(
            session,
            visit.registration.id,
            name,
            given,
            tool.encrypt,
            tool.clock(),
            visit.actor,
            visit.course_id,
            visit.person_id,
        )
        course = session.get_one(Course, visit.course_id)
        if looks.is_looked_at(session, course):
            looks.look_soon(session, course.id, tool.clock())
    if source.is_open(asked):
        # What an earlier consent gave is used no more.
        _withdraw_quietly(source, access, visit)
    return _tab("done", visit, name)


def _withdraw_quietly(source: Any, access: Access, visit: Visit) -> None:
    try:
        source.withdraw(access, current_tool().connect(visit.registration))
    except PlatformError:
        return


def _tab(state: str, visit: Visit, name: str, why: Any = "") -> str:
    return render_template(
        "teacher/consent.html", state=state, visit=visit, words=source_words(name)["consent"], why=why
    )


def _author_visit() -> Visit:
    """The visit of somebody who writes the course. Raises NotAllowedError."""
    visit = current_teacher_visit()
    _check_author(visit)
    return visit


def _check_author(visit: Visit) -> None:
    if not (visit.is_teacher and visit.may_write_templates and visit.course_id and visit.person_id):
        raise NoAuthorError("a source is opened by those who write the course")


def _source(name: str) -> Any:
    """The source of that name. Raises NotFoundError where no teacher opens it."""
    source = SOURCES.get(name)
    if not hasattr(source, "consent_site"):
        raise NotFoundError("no source of that name is opened by a teacher")
    return source


def _access(visit: Visit, name: str) -> tuple[Access | None, Asked]:
    """What the source was given for the platform and the course, and the course as sources know it."""
    with current_tool().store.read() as session:
        asked = looks.asked_about(session, session.get_one(Course, visit.course_id))
    return asked.access.get(name), asked


def _api_id(visit: Visit) -> str:
    """The id that the platform's own API has of the visitor, "" where it is not known."""
    if visit.person_id is None:
        return ""
    with current_tool().store.read() as session:
        return queries.people.api_id_of(session, visit.registration.id, visit.person_id) or ""


def _key(state: str) -> str:
    return f"consent {secret_hash(state)}"


def _cookie(state: str) -> str:
    # The prefix makes the browser refuse it from another host and from http, and needs the whole site as its path.
    return f"__Host-consent_{secret_hash(state)[:16]}"
