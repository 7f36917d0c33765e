"""Is the process there, and can it work?"""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from lti_tool.store import outbox
from lti_tool.web.current import current_tool

pages = Blueprint("health", __name__)

#: Work that waits longer than this waits for a worker that is not there.
LONGEST_LAG_SECONDS = 120


@pages.get("/healthz")
def alive() -> Response:
    return jsonify(status="ok")


@pages.get("/readyz")
def ready() -> tuple[Response, int] | Response:
    """200 while the database answers and the outbox is being emptied; 503 otherwise, with the reason."""
    tool = current_tool()
    try:
        with tool.store.read() as session:
            work = outbox.health(session, tool.clock())
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="does not answer"), 503
    late = work.oldest_seconds > LONGEST_LAG_SECONDS
    answer = jsonify(
        status="late" if late else "ok",
        database="ok",
        outbox={"waiting": work.waiting, "oldest_seconds": round(work.oldest_seconds), "dead": work.dead},
    )
    return (answer, 503) if late else answer
