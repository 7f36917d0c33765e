"""The error handlers: every error is a page with an incident number, the request's id, that the log has too.

The log gets ids, codes and lines of code, never a name, a token, or the text of an exception that is not ours: that may
contain either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Flask, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.errors import (
    AlreadyRegisteredError,
    BadgeRemovedError,
    ExchangeOverError,
    FeedbackLinkOverError,
    LaunchError,
    LinkEndedError,
    NoAuthorError,
    NotAllowedError,
    NotFoundError,
    RegistrationError,
    RevokedError,
)
from lti_tool.logs import log, traceback_summary
from lti_tool.platforms import REGISTRATION_CODES
from lti_tool.store.events import UNKNOWN
from lti_tool.web import rate_limits
from lti_tool.web.backpack.status_info import is_of_api, refusal
from lti_tool.web.counters import count_launch
from lti_tool.web.error_messages import PLATFORM_ERRORS, ErrorMessage, already_registered, error_message
from lti_tool.web.limits import BusyError
from lti_tool.web.negotiation import prefers_json
from lti_tool.web.page_issuer import use_last_read_issuer
from lti_tool.web.refusals import record_refusal
from lti_tool.web.request_ids import request_id
from lti_tool.web.visits import current_actor, current_platform_address

#: Codes of a LaunchError for a page that stayed open longer than its session: no launch was refused.
SESSION_ENDED = ("session_over", "session_revoked")
#: Codes of a LaunchError that is no fault of the platform's message.
FORBIDDEN = (*SESSION_ENDED, "unbound", "ticket_over", "platform_disabled", "unlisted_deployment")


def set_up(app: Flask) -> None:
    """Makes every exception that a route raises an error page."""
    app.register_error_handler(LaunchError, _launch_refused)
    app.register_error_handler(RegistrationError, _registration_refused)
    app.register_error_handler(NotAllowedError, _not_allowed)
    app.register_error_handler(LinkEndedError, lambda _error: error_page("link_ended", 404))
    app.register_error_handler(FeedbackLinkOverError, lambda _error: error_page("feedback_link_over", 404))
    app.register_error_handler(ExchangeOverError, lambda _error: error_page("exchange_over", 404))
    app.register_error_handler(BadgeRemovedError, lambda _error: error_page("badge_removed", 410))
    app.register_error_handler(NotFoundError, lambda _error: error_page("not_found", 404))
    app.register_error_handler(RevokedError, lambda _error: error_page("badge_revoked", 410))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_unavailable)
    app.register_error_handler(Exception, _unexpected_error)


def error_page(
    code: str,
    status: int,
    reason: str = "",
    quoted: str = "",
    message: ErrorMessage | None = None,
    refused: str = "",
    data: Mapping[str, str | int] | None = None,
) -> Response:
    """The page for `code`, or the same as JSON for a program.

    `reason` goes to the log only. `quoted` is the text of a platform's refusal, and is shown on the page only, because
    it may name somebody. `message` stands in place of the one for the code. Where somebody was `refused` something, it
    is the event's name, and `data` are ids for it. Who is refused too much in a minute gets the page for that.
    """
    if 400 <= status < 500 and status != 429 and current_actor() == UNKNOWN:
        try:
            rate_limits.count_refusal()
        except TooManyRequests as error:
            return _http_error(error)
    incident = request_id()
    if refused:
        record_refusal(refused, code, incident, data)
    level = log.error if status >= 500 else log.warning
    level("page_refused", incident=incident, code=code, status=status, endpoint=request.endpoint, why=reason)
    message = message or error_message(code)
    response: Response
    if is_of_api(request.path):
        # Programs read what the standard of the API says, whatever it is that went wrong.
        return refusal(request.path, status, f"{message.what_happened} ({incident})")
    if prefers_json():
        response = jsonify(
            error=code, message=f"{message.what_happened} {message.what_to_do}", incident=incident
        )
    else:
        text = render_template(
            "errors/error.html",
            error=message,
            incident=incident,
            quoted=quoted,
            platform=current_platform_address(),
        )
        response = Response(text, mimetype="text/html")
    response.status_code = status
    return response


def _not_allowed(error: NotAllowedError) -> Response:
    is_of_operators = request.path.startswith("/operator")
    usual = "operator_not_allowed" if is_of_operators else "not_allowed"
    code = "no_author" if isinstance(error, NoAuthorError) else usual
    return error_page(code, 403, reason=str(error), refused="refused")


def _launch_refused(error: LaunchError) -> Response:
    if error.code == "platform_said":
        return _platform_error(error)
    if error.code not in SESSION_ENDED:
        count_launch(error.code)
    status = 403 if error.code in FORBIDDEN else 400
    refused = "" if error.code in SESSION_ENDED else "launch_refused"
    return error_page(error.code, status, reason=str(error), refused=refused, data=error.data)


def _platform_error(error: LaunchError) -> Response:
    """The error form that a platform posted in place of a launch; its fields are the error's message, as JSON."""
    try:
        fields = json.loads(str(error))
    except ValueError:
        fields = {}
    name, description = str(fields.get("error", "")), str(fields.get("error_description", ""))
    quoted = ": ".join(part for part in (name, description) if part)
    return error_page("platform_said", 400, reason=name, quoted=quoted, message=PLATFORM_ERRORS.get(name))


def _registration_refused(error: RegistrationError) -> Response:
    # The message of these codes is what the platform answered; of the others it is our own, for the log.
    quoted = str(error) if error.code in REGISTRATION_CODES else ""
    message = already_registered(error.registration_id) if isinstance(error, AlreadyRegisteredError) else None
    return error_page(
        f"registration_{error.code}",
        400,
        reason=str(error),
        quoted=quoted,
        message=message,
        refused="registration_refused",
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response.force_type(error.get_response())
    if isinstance(error, TooManyRequests):
        return _too_many_requests(error)
    known = f"http_{status}" if status in (404, 405, 413, 503) else "http_400"
    answer = error_page("busy" if isinstance(error, BusyError) else known, status)
    if status >= 500 and status != 503:
        answer = error_page("http_500", status)
    for name in ("Allow", "Retry-After"):
        value = error.get_response().headers.get(name)
        if value:
            answer.headers[name] = value
    return answer


def _too_many_requests(error: TooManyRequests) -> Response:
    # Whoever asks too often must not reach the database by that.
    use_last_read_issuer()
    answer = error_page("http_429", 429)
    answer.headers["Retry-After"] = str(rate_limits.seconds_to_wait(error))
    return answer


def _database_unavailable(error: DBAPIError) -> Response:
    # The exception's own text contains the values of the SQL statement, names among them.
    answer = error_page("http_503", 503, reason=traceback_summary(error))
    answer.headers["Retry-After"] = "30"
    return answer


def _unexpected_error(error: Exception) -> Response:
    return error_page("http_500", 500, reason=traceback_summary(error))
