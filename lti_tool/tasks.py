"""The only room of Celery: it carries outbox ids to `work.perform`, and knows nothing of what they mean.

The relay claims due rows and publishes their ids; a broker that loses them loses nothing, because the lease of a row
runs out and it is claimed again.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.worker import WorkController
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from lti_tool import jobs
from lti_tool.logs import log
from lti_tool.store import outbox
from lti_tool.wiring import Tool

PERFORM = "nozimite.perform"
IDLE_SECONDS = 0.2


def build_celery(broker_url: str, tool: Tool) -> Celery:
    # kombu warns of an address without a host, which memory:// does not need.
    address = "memory://localhost/" if broker_url == "memory://" else broker_url
    app = Celery("nozimite", broker=address, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry=False,  # the relay tries again, from the outbox
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(broker_url),
    )

    @app.task(name=PERFORM, shared=False)
    def perform(event_id: str) -> None:
        jobs.run_job(tool, event_id)

    # Without these three a thread of the pool publishes through Celery's default application, to another broker.
    app.finalize()
    app.set_current()
    app.set_default()
    return app


class Relay:
    """A thread that hands due outbox rows to the broker until it is stopped."""

    def __init__(self, tool: Tool, app: Celery) -> None:
        self._tool = tool
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                relayed = self.relay_once()
            except SQLAlchemyError as error:
                log.error("relay_without_database", error=type(error).__name__)
                relayed = 0
                self._stop.wait(2)
            if not relayed:
                self._stop.wait(IDLE_SECONDS)

    def relay_once(self) -> int:
        """How many ids were published."""
        tool = self._tool
        ids = outbox.claim(tool.store, tool.clock())
        for position, event_id in enumerate(ids):
            try:
                self._app.send_task(PERFORM, (event_id,), retry=False)
            except (OperationalError, OSError) as error:
                log.error("relay_without_broker", error=type(error).__name__)
                for unsent in ids[position:]:
                    outbox.release(tool.store, unsent, tool.clock() + timedelta(seconds=2))
                self._stop.wait(2)
                return position
        return len(ids)


class Worker:
    """The relay and a Celery worker with a pool of threads; in this process, or as a process of its own."""

    def __init__(self, tool: Tool, broker_url: str, threads: int = 4) -> None:
        app = build_celery(broker_url, tool)
        self._relay = Relay(tool, app)
        self._controller: Any = WorkController(
            app=app,
            pool="threads",
            concurrency=threads,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            hostname="nozimite@worker",
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._relay.start()

    def stop(self) -> None:
        self._relay.stop()
        self._controller.stop()
        self._thread.join(timeout=10)


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("memory://"):
        return {"polling_interval": 0.05}  # one second otherwise
    if broker_url.startswith(("redis", "rediss", "sentinel")):
        return {
            "visibility_timeout": 600,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
        }
    return {}
