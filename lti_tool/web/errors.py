"""Every error as a page: what happened, what to do next, and an incident id that the log has too.

The log gets ids, codes and places in the code: never a name, a token or the text of a foreign exception,
which may hold either.
"""

from __future__ import annotations

import json
import secrets

from flask import Flask, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lti_tool.errors import LaunchError, NotAllowedError, NotFoundError, RegistrationError
from lti_tool.logs import log, traceback_summary
from lti_tool.platforms import REGISTRATION_CODES
from lti_tool.web.error_messages import PLATFORM_SAID, Trouble, trouble
from lti_tool.web.negotiation import prefers_json


def set_up(app: Flask) -> None:
    app.register_error_handler(LaunchError, _launch_refused)
    app.register_error_handler(RegistrationError, _registration_refused)
    app.register_error_handler(NotAllowedError, lambda error: error_page("not_allowed", 403))
    app.register_error_handler(NotFoundError, lambda error: error_page("not_found", 404))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_lost)
    app.register_error_handler(Exception, _bug)


def error_page(
    code: str, status: int, why: str = "", said: str = "", found: Trouble | None = None
) -> Response:
    """The page for `code`. `why` goes to the log, `said`, what the other side said, to the page."""
    incident = new_incident()
    level = log.error if status >= 500 else log.warning
    level("page_refused", incident=incident, code=code, status=status, endpoint=request.endpoint, why=why)
    words = found or trouble(code)
    response: Response
    if prefers_json():
        response = jsonify(error=code, message=f"{words.what} {words.next}", incident=incident)
    else:
        text = render_template("errors/error.html", trouble=words, incident=incident, said=said, code=code)
        response = Response(text, mimetype="text/html")
    response.status_code = status
    return response


def new_incident() -> str:
    """Short enough to be read out on the telephone."""
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


def _launch_refused(error: LaunchError) -> Response:
    if error.code == "platform_said":
        return _platform_said(error)
    status = 403 if error.code in ("session_over", "unbound", "ticket_over") else 400
    return error_page(error.code, status, why=str(error))


def _platform_said(error: LaunchError) -> Response:
    """The error form that a platform posts in place of a launch."""
    try:
        said = json.loads(str(error))
    except ValueError:
        said = {}
    name, description = str(said.get("error", "")), str(said.get("error_description", ""))
    quoted = ": ".join(part for part in (name, description) if part)
    return error_page(
        "platform_said", 400, why=name, said=quoted, found=PLATFORM_SAID.get(name, trouble("platform_said"))
    )


def _registration_refused(error: RegistrationError) -> Response:
    said = str(error) if error.code in REGISTRATION_CODES else ""
    return error_page(f"registration_{error.code}", 400, why=str(error), said=said)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response.force_type(error.get_response())
    answer = error_page(f"http_{status}" if status in (404, 405, 413, 503) else "http_400", status)
    if status >= 500 and status != 503:
        answer = error_page("http_500", status)
    for name in ("Allow", "Retry-After"):
        value = error.get_response().headers.get(name)
        if value:
            answer.headers[name] = value
    return answer


def _database_lost(error: DBAPIError) -> Response:
    # The exception's own text holds the values of the statement, names among them.
    answer = error_page("http_503", 503, why=traceback_summary(error))
    answer.headers["Retry-After"] = "30"
    return answer


def _bug(error: Exception) -> Response:
    return error_page("http_500", 500, why=traceback_summary(error))
