"""Login and launch, and the ways to bind a launch to the browser that began it.

The cookie of the login binds it at once. A browser that keeps no cookie in a frame reads the state from the platform's
storage (LTI Client Side postMessages). Where that fails too, UNBOUND_LAUNCH decides: the person confirms who they are,
opens a new tab, or is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import LaunchError
from lti_tool.language import best_language
from lti_tool.people import pending_arrivals
from lti_tool.platforms import launch as lti_launch
from lti_tool.platforms import login as lti_login
from lti_tool.platforms.adapters import cookie_name
from lti_tool.platforms.claims import MY_BADGES, PAGE
from lti_tool.platforms.launch import Arrival
from lti_tool.store import Session, queries
from lti_tool.values import Launch, Registration
from lti_tool.web import rate_limits
from lti_tool.web.counters import count_launch
from lti_tool.web.current import current_tool
from lti_tool.web.headers import allow_framing_by, embed_origins, is_from_own_page, send_own_origin
from lti_tool.web.languages import browser_language, set_page_language
from lti_tool.web.learner import badge, mine
from lti_tool.web.page_issuer import page_issuer, set_page_issuer
from lti_tool.web.requested_address import is_own_page, requested_tool_url
from lti_tool.web.teacher import course, placement
from lti_tool.web.teacher.roster.page import learner_page
from lti_tool.web.visits import StartedVisit, Visit, start_visit

pages = Blueprint("launch", __name__)

COOKIE_SECONDS = 600
NEW_TAB_SECONDS = 60


@pages.route("/lti/login", methods=["GET", "POST"])
def login() -> Response:
    """Sends the browser to the platform's authorization address, if need be by way of the platform's storage."""
    tool = current_tool()
    sent = request.values.to_dict()
    # The platform knows the address at which it called, and would refuse another one.
    answer = lti_login.login(
        sent,
        _find_registration,
        tool.secret_key,
        f"{requested_tool_url()}/lti/launch",
        is_own_page,
        tool.clock(),
    )
    rate_limits.count_login(sent["iss"], sent.get("client_id", ""), sent["login_hint"])
    if answer.storage_target:
        response = Response(
            render_template("platforms/store_state.html", answer=answer), mimetype="text/html"
        )
    else:
        response = redirect(answer.location)
    _set_cookie(response, answer.cookie_name, answer.cookie_value, COOKIE_SECONDS)
    return response


@pages.get("/lti/launch")
def launch_address() -> str:
    """The page for a visit without a launch: platforms check the address, and people bookmark it."""
    return render_template("platforms/open_from_course.html")


@pages.post("/lti/launch")
def launch() -> Response | str:
    """The page of a launch, or a page that binds the launch to its browser first."""
    tool = current_tool()
    arrival = lti_launch.launch(
        request.form.to_dict(),
        request.cookies,
        _find_registration,
        tool.expiring_values,
        tool.key_sets,
        tool.secret_key,
        is_own_page,
        tool.clock(),
    )
    rate_limits.count_launch(arrival.launch.registration_id, arrival.launch.user_id)
    if arrival.bound:
        response = Response(_start_page(arrival, by="cookie"), mimetype="text/html")
        _set_cookie(response, cookie_name(arrival.state), "", 0)
        return response
    if arrival.storage_target:
        _set_language_and_framing(arrival)
        send_own_origin()
        ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival)
        return render_template("platforms/read_state.html", arrival=arrival, ticket=ticket)
    return _unbound_page(arrival)


@pages.post("/lti/storage-confirm")
def storage_confirm() -> str:
    """Binds the launch by the state that the platform's storage returned."""
    arrival = _pending_arrival()
    value = request.form.get("value", "")
    if is_from_own_page() and hmac.compare_digest(value.encode(), arrival.state.encode()):
        return _start_page(arrival, by="storage")
    return _unbound_page(arrival)


@pages.post("/lti/confirm")
def confirm() -> str:
    """Binds the launch by the person's confirmation."""
    arrival = _pending_arrival()
    # A form of another site could send this too; then nobody has seen the question yet.
    if not is_from_own_page():
        return _unbound_page(arrival)
    return _start_page(arrival, by="confirmation")


@pages.post("/lti/open")
def open_in_tab() -> str:
    """Binds the launch by the new tab, which the button of our own page opened."""
    arrival = _pending_arrival()
    if not is_from_own_page():
        return _unbound_page(arrival)
    return _start_page(arrival, by="new_tab")


def _unbound_page(arrival: Arrival) -> str:
    """The page for a launch that this browser may not have begun; raises LaunchError `unbound` where it is refused."""
    tool = current_tool()
    if tool.unbound_launch == "deny":
        raise LaunchError("unbound", "the browser keeps neither cookies nor the platform's storage")
    _set_language_and_framing(arrival)
    send_own_origin()
    seconds = NEW_TAB_SECONDS if tool.unbound_launch == "new_tab" else COOKIE_SECONDS
    ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival, seconds)
    return render_template(f"platforms/{tool.unbound_launch}.html", launch=arrival.launch, ticket=ticket)


def _start_page(arrival: Arrival, by: str) -> str:
    """The page of a launch in a new session; `by` is how it was bound, for the event."""
    launch, store = arrival.launch, current_tool().store
    try:
        with store.begin() as session:
            started = start_visit(session, launch, by)
            issuer_of_course = page_issuer()
            opened = _opened(session, started)
    except LaunchError:
        raise
    except Exception:
        # What was seen stays, though nothing could be decided by it now: a later look does that.
        with store.begin() as session:
            start_visit(session, launch, by)
        raise
    count_launch("launched")
    if _is_by_learner(started.visit) and launch.custom.get(PAGE) == MY_BADGES:
        # The link was opened all the same, and what that decides is decided. Its badge may be another issuer's.
        set_page_issuer(issuer_of_course)
        return mine.badges_page(started.visit)
    return badge.badge_page(opened) if opened is not None else _page_of(started.visit, launch)


def _opened(session: Session, started: StartedVisit) -> Mapping[str, Any] | None:
    """What the page of a badge shows, where a learner has opened its link; None for all other pages."""
    visit, rule = started.visit, started.row.rule
    if rule is None or visit.person_id is None or not _is_by_learner(visit):
        return None
    return badge.opened(session, visit, rule, visit.person_id)


def _is_by_learner(visit: Visit) -> bool:
    """Whether somebody who can earn badges has opened a link of a course, and not to place or to manage anything."""
    is_theirs = visit.is_learner and not visit.is_teacher and visit.person_id is not None
    return is_theirs and visit.course_id is not None and visit.deep_linking is None


def _page_of(visit: Visit, launch: Launch) -> str:
    """The page for the launched message and the person's role, unless that is of a badge to earn."""
    if visit.deep_linking is not None:
        return placement.choose_badge_page(visit)
    if visit.course_id is None:
        return render_template("platforms/no_course.html", visit=visit)
    if visit.is_teacher:
        return learner_page(visit, launch.for_user_id) or course.course_page(visit)
    if _is_by_learner(visit):
        return badge.course_page(visit)
    return badge.preview_page(visit, launch)


def _find_registration(platform_id: str, client_id: str | None) -> Registration | None:
    with current_tool().store.read() as session:
        return queries.platforms.find_registration(session, platform_id, client_id)


def _set_language_and_framing(arrival: Arrival) -> None:
    """Gives a page that comes before the session the language of its launch, and lets its platform frame it."""
    locale = arrival.launch.locale
    set_page_language(best_language([locale]) if locale else browser_language())
    with current_tool().store.read() as session:
        row = queries.platforms.registration_row(session, arrival.launch.registration_id)
        if row is not None:
            allow_framing_by(embed_origins(queries.platforms.as_registration(row), arrival.launch.return_url))


def _pending_arrival() -> Arrival:
    """The arrival of the form's ticket, which is used up; raises LaunchError `ticket_over` where it is not valid."""
    arrival = pending_arrivals.take_arrival(current_tool().expiring_values, request.form.get("ticket", ""))
    if arrival is None:
        raise LaunchError("ticket_over", "the ticket was used, has expired or never was")
    return arrival


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    # Partitioned and SameSite=None let the browser send it back from within a frame of the platform's page.
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
