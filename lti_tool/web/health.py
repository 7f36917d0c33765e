"""Health checks: whether the process answers, and whether it can work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from lti_tool.store import outbox
from lti_tool.web.current import current_tool

pages = Blueprint("health", __name__)

#: Work that has waited longer than this is taken as a sign that no worker is running.
MAX_LAG_SECONDS = 120


@pages.get("/healthz")
def health() -> Response:
    """200 while the process answers at all."""
    return jsonify(status="ok")


@pages.get("/readyz")
def readiness() -> tuple[Response, int] | Response:
    """200 while the database answers and the outbox is being emptied; 503 otherwise, with the reason."""
    tool = current_tool()
    try:
        with tool.store.read() as session:
            work = outbox.health(session, tool.clock())
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="does not answer"), 503
    late = work.oldest_seconds > MAX_LAG_SECONDS
    answer = jsonify(
        status="late" if late else "ok",
        database="ok",
        outbox={"waiting": work.waiting, "oldest_seconds": round(work.oldest_seconds), "dead": work.dead},
    )
    return (answer, 503) if late else answer
