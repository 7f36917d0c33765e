"""Where a mail service tells what came back: `POST /mail/bounces`, with a secret that the operator has given it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.exceptions import BadRequest, Unauthorized
from werkzeug.wrappers import Response

from lti_tool.deliveries import returns
from lti_tool.errors import NotFoundError
from lti_tool.mails.returned import KINDS, ReturnKind
from lti_tool.web import bearer
from lti_tool.web.current import current_tool

pages = Blueprint("bounces", __name__)

MAX_TEXT = 500


@pages.post("/mail/bounces")
def receive() -> Response:
    """Whether it was recorded, as JSON; the same again is not.

    Raises NotFoundError where no secret is set, Unauthorized without it, BadRequest for anything but such a report.
    """
    tool = current_tool()
    _demand_secret(tool.bounce_secret)
    reference, kind = _report()
    with tool.store.begin() as session:
        is_recorded = reference is not None and returns.record_return(session, reference, kind, tool.clock())
    return jsonify(recorded=is_recorded)


def _demand_secret(secret: str) -> None:
    if not secret:
        raise NotFoundError("no mail service may report here")
    if not bearer.shows(secret):
        raise Unauthorized


def _report() -> tuple[str | None, ReturnKind]:
    """The reference of the mail, None where its address is none of ours, and what became of it. Raises BadRequest."""
    data: Any = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise BadRequest
    kind = next((kind for kind in KINDS if data.get("kind") == kind), None)
    named = [name for name in ("address", "reference") if name in data]
    if kind is None or len(named) != 1:
        raise BadRequest
    text = data[named[0]]
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BadRequest
    if named == ["reference"]:
        # A Message-ID: whoever has the secret is believed.
        return text.strip().strip("<>").partition(".")[0], kind
    address = current_tool().return_address
    return (address.reference(text) if address is not None else None), kind
