"""Who sits at this browser: a session cookie, as strict as the real LMS's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, abort, g, make_response, render_template, request

from lti_tool.demo.campus import Campus, Person
from lti_tool.demo.state import Session, here

P = ParamSpec("P")


def current() -> Session | None:
    """The session whose cookie came along, or was begun in this request."""
    cookie = request.cookies.get(here().product.cookie_name, "")
    return here().sessions.get(g.get("new_session", cookie))


def begin(person: Person) -> Session:
    """A new session; its cookie goes out with this answer."""
    key = secrets.token_urlsafe(24)
    session = Session(person_id=person.id, sesskey=secrets.token_urlsafe(8))
    here().sessions[key] = session
    g.new_session = key
    return session


def begin_if_none() -> None:
    """Everybody starts as the administrator: it is a demo, and the first step is theirs."""
    if current() is None:
        begin(next(person for person in campus().people.values() if person.is_admin))


def present() -> Session:
    """The session of this browser; 403 without one."""
    return current() or abort(403)


def campus() -> Campus:
    return here().campus


def me() -> Person:
    return campus().people[present().person_id]


def only(allowed: Callable[[Person], bool]) -> None:
    """403 unless whoever sits here is allowed."""
    if not allowed(me()):
        abort(403)


def set_cookie(response: Response) -> Response:
    key = g.get("new_session")
    if key:
        product = here().product
        response.set_cookie(
            product.cookie_name,
            key,
            httponly=True,
            samesite=product.cookie_same_site,
            secure=product.cookie_secure,
        )
    return response


def reposting(view: Callable[P, Any]) -> Callable[P, Any]:
    """Moodle's way out when its Lax cookie stayed at home: the page posts itself again, now same-site."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
        if current() is None and here().product.name == "moodle" and "repost" not in request.form:
            action = request.full_path if request.method == "POST" else request.path
            posted = request.form if request.method == "POST" else request.args
            fields = {**posted.to_dict(), "repost": "1"}
            return make_response(render_template("auto_post.html", action=action, fields=fields))
        return view(*args, **kwargs)

    return wrapper
