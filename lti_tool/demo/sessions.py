"""Sessions of people at the LMS, with cookies as strict as those of the real product."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, abort, g, make_response, render_template, request

from lti_tool.demo.campus import Campus, Person
from lti_tool.demo.state import Session, current_lms

P = ParamSpec("P")


def current_session() -> Session | None:
    """The session that was started in this request, or whose cookie came with it; None without either."""
    cookie = request.cookies.get(current_lms().product.cookie_name, "")
    return current_lms().sessions.get(g.get("new_session", cookie))


def start_session(person: Person) -> Session:
    """A new session; its cookie goes out with this response."""
    key = secrets.token_urlsafe(24)
    session = Session(person_id=person.id, sesskey=secrets.token_urlsafe(8))
    current_lms().sessions[key] = session
    g.new_session = key
    return session


def start_session_if_none() -> None:
    """Makes a browser without a session the administrator's: the first step of the demo is theirs."""
    if current_session() is None:
        start_session(next(person for person in current_campus().people.values() if person.is_admin))


def required_session() -> Session:
    """The session of this browser. Answers 403 without one."""
    return current_session() or abort(403)


def current_campus() -> Campus:
    """The data of the LMS that answers this request."""
    return current_lms().campus


def current_person() -> Person:
    """The person of this session. Answers 403 without a session."""
    return current_campus().people[required_session().person_id]


def require(allowed: Callable[[Person], bool]) -> None:
    """Answers 403 unless the person of this session is allowed."""
    if not allowed(current_person()):
        abort(403)


def set_cookie(response: Response) -> Response:
    """The response, with the cookie of a session that was started in this request."""
    key = g.get("new_session")
    if key:
        product = current_lms().product
        response.set_cookie(
            product.cookie_name,
            key,
            httponly=True,
            samesite=product.cookie_same_site,
            secure=product.cookie_secure,
        )
    return response


def repost_without_cookie(view: Callable[P, Any]) -> Callable[P, Any]:
    """The view, for Moodle preceded by a page that submits the same request again where no session cookie came.

    A Lax cookie is not sent with a POST from another site, and the tool is one. The page in between belongs to the
    LMS, so what it submits is a same-site request, with the cookie. `repost` marks the second request: one that has
    no cookie even then is answered without a session and not sent again and again.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
        if (
            current_session() is None
            and current_lms().product.name == "moodle"
            and "repost" not in request.form
        ):
            action = request.full_path if request.method == "POST" else request.path
            posted = request.form if request.method == "POST" else request.args
            fields = {**posted.to_dict(), "repost": "1"}
            return make_response(render_template("auto_post.html", action=action, fields=fields))
        return view(*args, **kwargs)

    return wrapper
