"""The way in: login, launch, and how a browser without cookies shows that it began the launch itself.

Bound by the cookie of the login: straight to the page. Else by what the platform's storage kept. Else as the
setting says: the person confirms who they are, opens a new tab, or is turned away.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import LaunchError
from lti_tool.language import best_language
from lti_tool.logs import log
from lti_tool.people import pending_arrivals
from lti_tool.platforms import launch as lti_launch
from lti_tool.platforms import login as lti_login
from lti_tool.platforms.adapters import cookie_name
from lti_tool.platforms.launch import Arrival
from lti_tool.store import queries
from lti_tool.values import Launch, Registration
from lti_tool.web.current import current_tool
from lti_tool.web.headers import came_from_us, embed_origins, framed_by, tells_own_origin
from lti_tool.web.languages import browser_language, speak
from lti_tool.web.learner import badge
from lti_tool.web.teacher import course, placement
from lti_tool.web.visits import Visit, begin

pages = Blueprint("launch", __name__)

COOKIE_SECONDS = 600
NEW_TAB_SECONDS = 60


@pages.route("/lti/login", methods=["GET", "POST"])
def login() -> Response:
    tool = current_tool()
    answer = lti_login.login(
        request.values.to_dict(), find_registration, tool.expiring_values, f"{tool.tool_url}/lti/launch"
    )
    if answer.storage_target:
        response = Response(render_template("platforms/storing.html", answer=answer), mimetype="text/html")
    else:
        response = redirect(answer.location)
    _set_cookie(response, answer.cookie_name, answer.cookie_value, COOKIE_SECONDS)
    return response


@pages.get("/lti/launch")
def nothing_here() -> str:
    """Platforms and people look here without a launch: to check the address, or after a bookmark."""
    return render_template("platforms/nothing_here.html")


@pages.post("/lti/launch")
def launched() -> Response | str:
    tool = current_tool()
    arrival = lti_launch.launch(
        request.form.to_dict(),
        request.cookies,
        find_registration,
        tool.expiring_values,
        tool.key_sets,
        tool.clock(),
    )
    if arrival.bound:
        response = Response(enter(arrival, by="cookie"), mimetype="text/html")
        _set_cookie(response, cookie_name(arrival.state), "", 0)
        return response
    if arrival.storage_target:
        _prepare(arrival)
        tells_own_origin()
        ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival)
        return render_template("platforms/asking.html", arrival=arrival, ticket=ticket)
    return unbound(arrival)


@pages.post("/lti/storage-confirm")
def storage_confirm() -> str:
    arrival = _released()
    value = request.form.get("value", "")
    if came_from_us() and hmac.compare_digest(value.encode(), arrival.state.encode()):
        return enter(arrival, by="storage")
    return unbound(arrival)


@pages.post("/lti/confirm")
def confirm() -> str:
    arrival = _released()
    if not came_from_us():  # someone else's page pressed the button: nobody has seen the name yet
        return unbound(arrival)
    return enter(arrival, by="confirmation")


@pages.post("/lti/open")
def open_in_tab() -> str:
    arrival = _released()
    if not came_from_us():
        return unbound(arrival)
    return enter(arrival, by="new_tab")


def unbound(arrival: Arrival) -> str:
    """The page for a launch that this browser may not have begun."""
    tool = current_tool()
    way = tool.unbound_launch
    if way == "deny":
        raise LaunchError("unbound", "the browser keeps neither cookies nor the platform's storage")
    _prepare(arrival)
    tells_own_origin()
    seconds = NEW_TAB_SECONDS if way == "new_tab" else COOKIE_SECONDS
    ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival, seconds)
    return render_template(f"platforms/{way}.html", launch=arrival.launch, ticket=ticket)


def enter(arrival: Arrival, by: str) -> str:
    """The page the launch asked for, in a new session."""
    log.info("launched", by=by, registration_id=arrival.launch.registration_id)
    visit = begin(arrival.launch)
    return page_of(visit, arrival.launch)


def page_of(visit: Visit, launch: Launch) -> str:
    if visit.deep_linking is not None:
        return placement.choosing(visit)
    if visit.course_id is None:
        return render_template("platforms/no_course.html", visit=visit)
    if visit.is_teacher:
        return course.course_page(visit)
    if visit.is_learner and visit.learner_id is not None:
        return badge.arrived(visit)
    return badge.looking(visit, launch.user_id is None)


def find_registration(platform_id: str, client_id: str | None) -> Registration | None:
    with current_tool().store.read() as session:
        return queries.platforms.find_registration(session, platform_id, client_id)


def _prepare(arrival: Arrival) -> None:
    """Language and frame of a page that comes before the session."""
    _speak_launch(arrival.launch)
    with current_tool().store.read() as session:
        row = queries.platforms.registration_row(session, arrival.launch.registration_id)
        if row is not None:
            framed_by(embed_origins(queries.platforms.as_registration(row), arrival.launch.return_url))


def _speak_launch(launch: Launch) -> None:
    speak(best_language([launch.locale]) if launch.locale else browser_language())


def _released() -> Arrival:
    arrival = pending_arrivals.take_arrival(current_tool().expiring_values, request.form.get("ticket", ""))
    if arrival is None:
        raise LaunchError("ticket_over", "the ticket was used, has expired or never was")
    return arrival


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
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
