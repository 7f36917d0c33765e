"""What the APIs for programs answer where they do not do what was asked, each in the form of its standard.

Imsx_StatusInfo in Open Badges 3.0, a `status` in Open Badges 2.1, and the errors of OAuth 2 where tokens are given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from werkzeug.wrappers import Response

from lti_tool.backpack.endpoints import API_PATH, BADGE_CONNECT_PATH
from lti_tool.values import Json

#: The code of each status, of the closed list of the standard; `unauthorizedrequest` is spelled so there.
_CODES: Mapping[int, str] = {
    304: "not_modified",
    400: "invalid_data",
    401: "unauthorizedrequest",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    406: "not_acceptable",
    413: "invalid_data",
    415: "invalid_data",
    422: "invalid_data",
    429: "server_busy",
    500: "internal_server_error",
    503: "server_busy",
}
#: Below the same path, but of OAuth 2, which says errors otherwise.
_OF_OAUTH = tuple(f"{API_PATH}/{name}" for name in ("register", "token", "revoke"))
_OAUTH_CODES: Mapping[int, str] = {
    401: "invalid_client",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}


def is_of_api(path: str) -> bool:
    """Whether programs alone come to that path."""
    return path.startswith((f"{API_PATH}/", f"{BADGE_CONNECT_PATH}/"))


def refusal(path: str, status: int, description: str, code: str = "") -> Response:
    """The answer with that status at that path; `description` is for whoever wrote the program.

    `code` is for Imsx_StatusInfo, where the status alone does not say it.
    """
    if path in _OF_OAUTH:
        return oauth_error(status, _OAUTH_CODES.get(status, "invalid_request"), description)
    if path.startswith(f"{BADGE_CONNECT_PATH}/"):
        return json_answer({"status": badge_connect_status(status, description)}, status)
    return status_info(status, description, code)


def badge_connect_status(status: int, error: str | None = None) -> Json:
    """The `status` of an answer of Open Badges 2.1. Moodle shows its learner the `error`, as HTML."""
    return {"error": error, "statusCode": status, "statusText": HTTPStatus(status).phrase}


def status_info(status: int, description: str, code: str = "") -> Response:
    """An Imsx_StatusInfo; `code` where the status alone does not say it."""
    code_minor = {
        "imsx_codeMinorFieldName": "nozimite",
        "imsx_codeMinorFieldValue": code or _CODES.get(status, "unknown"),
    }
    return json_answer(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "status" if status == 404 else "error",
            "imsx_description": description,
            "imsx_codeMinor": {"imsx_codeMinorField": [code_minor]},
        },
        status,
    )


def oauth_error(status: int, code: str, description: str) -> Response:
    """An error of OAuth 2 (RFC 6749, 5.2)."""
    return json_answer({"error": code, "error_description": description}, status)


def json_answer(value: Json, status: int = 200) -> Response:
    """The value as JSON, for one program: no cache keeps it."""
    response = Response(json.dumps(value), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
