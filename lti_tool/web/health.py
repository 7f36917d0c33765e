"""Health checks: whether the process answers, and whether it can work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from lti_tool.store import outbox, queries
from lti_tool.values import Json
from lti_tool.web import bearer
from lti_tool.web.broker_watch import broker_is_there
from lti_tool.web.current import current_tool

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def health() -> Response:
    """200 while the process answers at all."""
    return jsonify(status="ok")


@pages.get("/readyz")
def readiness() -> tuple[Response, int] | Response:
    """200 while the database answers, which is all that pages and the verifier need; 503 otherwise.

    It tells whether the broker answers, and stays 200 where it does not: all web processes would be taken out of
    rotation at once, and nobody could verify a badge because none is issued. `/workz` is 503 then.
    """
    # A question about a table: a connection of the pool is there without its server, and SQLite answers `SELECT 1`
    # without its file. How long to wait is for whoever asks: a limit on the server helps nobody whom it does not hear.
    try:
        with current_tool().store.read() as session:
            queries.issuers.first_issuer(session)
    except SQLAlchemyError:
        return _no_database()
    return jsonify(status="ok", database="ok", broker=_broker())


@pages.get("/workz")
def work() -> tuple[Response, int] | Response:
    """200 while the jobs of every queue are done in time, and the broker answers; 503 otherwise.

    A late worker is no reason to stop pages.

    How many jobs wait is told to those alone who show METRICS_TOKEN.
    """
    tool = current_tool()
    try:
        with tool.store.read() as session:
            found = {name: outbox.health(session, name, tool.clock()) for name in outbox.QUEUES}
    except SQLAlchemyError:
        return _no_database()
    queues = {name: _as_json(name, health) for name, health in found.items()}
    broker = _broker()
    late = broker != "ok" or any(queue["status"] == "late" for queue in queues.values())
    told: Json = {"broker": broker} | ({"queues": queues} if bearer.shows(tool.metrics_token) else {})
    return (jsonify(status="late", **told), 503) if late else jsonify(status="ok", **told)


def _broker() -> str:
    return "ok" if broker_is_there() else "does not answer"


def _no_database() -> tuple[Response, int]:
    return jsonify(status="unavailable", database="does not answer"), 503


def _as_json(name: str, health: outbox.Health) -> Json:
    return {
        "status": "late" if health.oldest_seconds > outbox.LATE_SECONDS[name] else "ok",
        "waiting": health.waiting,
        "oldest_seconds": round(health.oldest_seconds),
        "unclaimed_seconds": round(health.unclaimed_seconds),
        "dead": health.dead,
    }
