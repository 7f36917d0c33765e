"""The Flask application of the demo LMS: a small college that behaves over LTI 1.3 as Moodle or Canvas does."""

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
    canvas_events,
    canvas_oauth,
    canvas_rest,
    college_sign_in,
    context_copies,
    deep_linking,
    launch_endpoints,
    line_items,
    memberships,
    moodle_plugin,
    moodle_web_service,
    registration_endpoints,
    saved_state,
    sessions,
    token_endpoint,
    views,
)
from lti_tool.demo.campus import Campus, create_campus
from lti_tool.demo.localhost_names import localhost_session
from lti_tool.demo.platform_keys import PlatformKey, new_key
from lti_tool.demo.products.canvas import Canvas
from lti_tool.demo.products.moodle import Moodle
from lti_tool.demo.service_endpoints import ServiceError
from lti_tool.demo.state import Institution, Lms, LmsProduct, Operator, SignInClient, current_lms


def create_lms(
    *,
    url: str,
    tool_url: str | None = None,
    registration_url: str = "",
    product: Literal["moodle", "canvas"] = "moodle",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    learners: int = 30,
    state_file: Path | None = None,
    http: requests.Session | None = None,
    operator: Operator | None = None,
    institution: Institution | None = None,
    sign_in_client: SignInClient | None = None,
) -> Flask:
    """The LMS that answers at `url`.

    `registration_url` is filled in beforehand in the administrator's form. `state_file` is read if it exists and
    written after every change; without it nothing outlives the process. `http` makes the LMS's own requests.
    `operator` sets up in the tool what an administrator switches on here; `institution` are those who keep it,
    and `sign_in_client` is what the tool signs them in by at the college.
    The running state is the `Lms` at `app.extensions["lms"]`, which tests read and change.
    """
    app = Flask(__name__, template_folder="pages", static_folder="static")
    lms_product: LmsProduct = Canvas() if product == "canvas" else Moodle()
    campus, keys = _load_or_create(state_file, learners)
    app.extensions["lms"] = Lms(
        url=url.rstrip("/"),
        product=lms_product,
        clock=clock,
        campus=campus,
        keys=keys,
        http=http or localhost_session(),
        tool_url=tool_url,
        registration_url=registration_url,
        operator=operator,
        institution=institution,
        sign_in_client=sign_in_client,
    )
    app.register_blueprint(views.routes)
    app.register_blueprint(college_sign_in.routes)
    app.register_blueprint(
        registration_endpoints.blueprint(lms_product.configuration_path, lms_product.registration_path)
    )
    app.register_blueprint(launch_endpoints.blueprint(lms_product.authorize_path, lms_product.key_set_path))
    app.register_blueprint(deep_linking.blueprint(lms_product.deep_linking_return_path))
    app.register_blueprint(token_endpoint.blueprint(lms_product.token_path))
    app.register_blueprint(memberships.blueprint(lms_product.memberships_rule))
    app.register_blueprint(line_items.blueprint(lms_product.line_items_rule, lms_product.line_item_rule))
    if lms_product.name == "canvas":
        app.register_blueprint(context_copies.routes)
    if lms_product.name == "moodle":
        app.register_blueprint(moodle_plugin.routes)
        app.register_blueprint(moodle_web_service.routes)
    else:
        app.register_blueprint(canvas_oauth.routes)
        app.register_blueprint(canvas_rest.routes)
        app.register_blueprint(canvas_events.routes)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(HTTPException, _error_page)
    app.context_processor(_page_variables)
    app.after_request(sessions.set_cookie)
    if state_file:
        app.after_request(_save_after_changes(app, state_file))
    return app


def _load_or_create(state_file: Path | None, learners: int) -> tuple[Campus, list[PlatformKey]]:
    if state_file and state_file.exists():
        return saved_state.load(state_file)
    return create_campus(learners=learners), [new_key()]


def _save_after_changes(app: Flask, file: Path) -> Callable[[Response], Response]:
    """A function for `after_request` that writes the state before the answer to a changing request goes out.

    Requests run in threads of their own. Without the lock two of them would write the same new file at once; with
    it, the later one writes what both have changed.
    """
    saving = Lock()

    def save(response: Response) -> Response:
        if request.method != "GET":
            lms: Lms = app.extensions["lms"]
            with saving:
                saved_state.save(lms.campus, lms.keys, file)
        return response

    return save


def _page_variables() -> dict[str, object]:
    """The variables that every page may use.

    No session is started here: a page in a frame, to which the browser sends no cookie, would replace the cookie
    of the window around it.
    """
    lms, session = current_lms(), sessions.current_session()
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
