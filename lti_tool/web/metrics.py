"""`/metrics`, for Prometheus: what the database knows of the whole installation, and what the web processes count.

Whatever happens in several processes, or in workers, is read from the database when it is asked for: so it is right
whichever process answers. No label names a person, a course or an address; platforms are numbers.
"""

from __future__ import annotations

import platform as python_platform
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from lti_tool import __version__
from lti_tool.errors import NotFoundError
from lti_tool.logs import error_name, log
from lti_tool.store import outbox, queries
from lti_tool.store.database import used_connections
from lti_tool.web import bearer
from lti_tool.web.counters import counters
from lti_tool.web.current import current_tool
from lti_tool.wiring import Tool

pages = Blueprint("metrics", __name__)

#: Looks are counted for so long back.
LOOKS_OF = timedelta(hours=1)


@pages.get("/metrics")
def metrics() -> Response:
    """The numbers in the text format of Prometheus.

    Raises NotFoundError where no METRICS_TOKEN is set, Unauthorized without it.
    """
    tool = current_tool()
    counting = counters()
    if not tool.metrics_token or counting is None:
        raise NotFoundError("nobody may read the numbers")
    if not bearer.shows(tool.metrics_token):
        raise Unauthorized
    stored = CollectorRegistry()
    stored.register(_OfDatabase(tool))
    body = generate_latest(stored) + generate_latest(counting.all_processes())
    return Response(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class _OfDatabase(Collector):
    """What the database tells; where it does not answer, only that it does not."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment, by a fixed number of statements."""
        yield _one("nozimite_build_info", "The version that runs", version=__version__, python=_python())
        try:
            found = [*self._queues(), *self._acts(), *self._looks(), *self._connections()]
        except SQLAlchemyError as error:
            log.error("metrics_without_database", error=error_name(error))
            found = []
        yield _one("nozimite_database_up", "Whether the database answers", 1 if found else 0)
        yield from found

    def _queues(self) -> Iterator[Metric]:
        now, labels = self._tool.clock(), ["queue", "task"]
        waiting = GaugeMetricFamily("nozimite_jobs_waiting", "Jobs that are due or being done", labels=labels)
        oldest = GaugeMetricFamily(
            "nozimite_jobs_oldest_seconds", "For how long the oldest of them has been due", labels=labels
        )
        dead = GaugeMetricFamily("nozimite_jobs_dead", "Jobs that were given up", labels=labels)
        with self._tool.store.read() as session:
            for each in outbox.by_task(session, now):
                of = [each.queue, each.task]
                waiting.add_metric(of, each.waiting)
                oldest.add_metric(of, (now - each.since).total_seconds() if each.since else 0)
                dead.add_metric(of, each.dead)
        yield from (waiting, oldest, dead)

    def _acts(self) -> Iterator[Metric]:
        with self._tool.store.begin() as session:
            numbers = queries.monitoring.count_events(session, self._tool.clock())
        acts = CounterMetricFamily(
            "nozimite_events",
            "Events by name, a minute late: launched, issued, delivered, delivery_failed, revoked, ...",
            labels=["what"],
        )
        for what, number in sorted(numbers.items()):
            acts.add_metric([what], number)
        yield acts

    def _looks(self) -> Iterator[Metric]:
        now = self._tool.clock()
        looks = GaugeMetricFamily(
            "nozimite_looks_last_hour",
            "Looks at courses that began within an hour, by platform and outcome",
            labels=["registration", "outcome"],
        )
        age = GaugeMetricFamily(
            "nozimite_last_answered_look_seconds",
            "How long ago the last look at a platform began that was answered",
            labels=["registration"],
        )
        with self._tool.store.read() as session:
            recent = queries.monitoring.recent_looks(session, now - LOOKS_OF)
        for each in recent:
            for outcome, number in sorted(each.began.items()):
                looks.add_metric([str(each.registration_id), outcome], number)
            if each.answered_at is not None:
                age.add_metric([str(each.registration_id)], _seconds(now, each.answered_at))
        yield from (looks, age)

    def _connections(self) -> Iterator[Metric]:
        used = used_connections(self._tool.store)
        if used is not None:
            yield _one("nozimite_database_connections", "Connections of the database server", used.now)
            yield _one("nozimite_database_connections_most", "How many it allows", used.most)


def _seconds(now: datetime, since: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)


def _python() -> str:
    return python_platform.python_version()


def _one(name: str, says: str, value: float = 1, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, says, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family
