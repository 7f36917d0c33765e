"""A small LMS to show the tool in: two courses, a class, and the LTI 1.3 behaviour of Moodle or Canvas.

It stands where a stranger's LMS would stand: it speaks HTTP with the tool and shares no code with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal

import requests
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from lti_tool.demo import (
    deep_linking,
    launch_endpoints,
    line_items,
    memberships,
    registration_endpoints,
    saved_state,
    sessions,
    token_endpoint,
    views,
)
from lti_tool.demo.campus import Campus, found_college
from lti_tool.demo.localhost_names import localhost_session
from lti_tool.demo.platform_keys import PlatformKey, new_key
from lti_tool.demo.products.canvas import Canvas
from lti_tool.demo.products.moodle import Moodle
from lti_tool.demo.service_endpoints import ServiceError
from lti_tool.demo.state import Lms, LmsProduct, here


def create_lms(
    *,
    url: str,
    tool_url: str | None = None,
    registration_url: str = "",
    product: Literal["moodle", "canvas"] = "moodle",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    learners: int = 30,
    memory_file: Path | None = None,
    web: requests.Session | None = None,
) -> Flask:
    """The LMS that answers at `url`, which has no slash at its end.

    `registration_url` stands ready in the administrator's form. `memory_file` is read if it is there and
    written after every change; without one the college is forgotten. `web` makes the LMS's own requests.
    The running state is at `app.extensions["lms"]`, for tests to look at and to make trouble with.
    """
    app = Flask(__name__, template_folder="pages", static_folder="static")
    behaviour: LmsProduct = Canvas() if product == "canvas" else Moodle()
    campus, keys = _college(memory_file, learners)
    app.extensions["lms"] = Lms(
        url=url.rstrip("/"),
        product=behaviour,
        clock=clock,
        campus=campus,
        keys=keys,
        web=web or localhost_session(),
        tool_url=tool_url,
        registration_url=registration_url,
    )
    app.register_blueprint(views.routes)
    app.register_blueprint(
        registration_endpoints.blueprint(behaviour.configuration_path, behaviour.registration_path)
    )
    app.register_blueprint(launch_endpoints.blueprint(behaviour.authorize_path, behaviour.key_set_path))
    app.register_blueprint(deep_linking.blueprint(behaviour.return_rule))
    app.register_blueprint(token_endpoint.blueprint(behaviour.token_path))
    app.register_blueprint(memberships.blueprint(behaviour.memberships_rule))
    app.register_blueprint(line_items.blueprint(behaviour.line_items_rule, behaviour.line_item_rule))
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(HTTPException, _error_page)
    app.context_processor(_on_every_page)
    app.after_request(sessions.set_cookie)
    if memory_file:
        app.after_request(_keeping(app, memory_file))
    return app


def _college(memory_file: Path | None, learners: int) -> tuple[Campus, list[PlatformKey]]:
    if memory_file and memory_file.exists():
        return saved_state.load(memory_file)
    return found_college(learners=learners), [new_key()]


def _keeping(app: Flask, file: Path) -> Callable[[Response], Response]:
    one_at_a_time = Lock()

    def keep(response: Response) -> Response:
        if request.method != "GET":
            lms: Lms = app.extensions["lms"]
            with one_at_a_time:
                saved_state.save(lms.campus, lms.keys, file)
        return response

    return keep


def _on_every_page() -> dict[str, object]:
    """No session is begun here: a page inside a frame would replace the cookie that stayed at home."""
    lms, session = here(), sessions.current()
    return {
        "me": lms.campus.people[session.person_id] if session else None,
        "session": session,
        "people": lms.campus.people.values(),
        "courses": lms.campus.courses.values(),
        "campus": lms.campus,
        "product": lms.product.title,
        "product_name": lms.product.name,
        "sso": lms.product.auth_url(lms.url),
    }


def _service_error(error: ServiceError) -> Response:
    return error.response


def _error_page(error: HTTPException) -> tuple[str, int]:
    if error.code == 403:
        reason = "This is not open to the person you are now. Choose another one at the top of the page."
    else:
        reason = error.description or "Something is wrong."
    return render_template("error.html", title=error.name, reason=reason), error.code or 500
