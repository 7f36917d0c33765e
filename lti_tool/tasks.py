"""Celery: a relay that publishes the ids of due outbox rows, and a worker that runs their jobs.

Celery carries ids only. What a job is, when it is due and whether it is repeated is decided by `lti_tool.store.outbox`;
Celery's own retries, results and schedules are not used. A broker that loses a message loses no job, because the lease
of the row runs out and the relay publishes it again.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.worker import WorkController
from kombu.exceptions import OperationalError
from kombu.transport import memory
from sqlalchemy.exc import SQLAlchemyError

from lti_tool import jobs
from lti_tool.logs import log
from lti_tool.store import outbox
from lti_tool.wiring import Tool

TASK_NAME = "nozimite.run_job"
#: How often the relay looks for due rows while there are none.
IDLE_SECONDS = 0.2
#: How long a worker without work waits for a message before it looks whether it is to stop, with the embedded broker.
LONGEST_READ_SECONDS = 0.2


class EmbeddedBroker(memory.Transport):
    """Messages between threads of this process.

    Celery waits for a message for two seconds before it looks whether it is to stop. Nothing interrupts kombu's own
    transport meanwhile, and so every stop of the demo would take that long.
    """

    def drain_events(self, connection: Any, timeout: float | None = None) -> Any:  # type: ignore[override]
        """Delivers a message. Raises TimeoutError where none comes within `timeout`, or LONGEST_READ_SECONDS."""
        seconds = LONGEST_READ_SECONDS if timeout is None else min(timeout, LONGEST_READ_SECONDS)
        return super().drain_events(connection, timeout=seconds)  # type: ignore[no-untyped-call]


def build_celery(broker_url: str, tool: Tool) -> Celery:
    """A Celery application with one task, which runs the job of an id."""
    # kombu warns about a URL without a host, which memory:// does not need.
    address = "memory://localhost/" if broker_url == "memory://" else broker_url
    app = Celery("nozimite", broker=address, set_as_current=False)
    app.conf.update(
        # Acknowledged after the job: a message of a worker that dies goes back to the broker.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry=False,  # the relay tries again, from the outbox
        # A message that waits in a worker waits with a lease that is running out.
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport=f"{__name__}:EmbeddedBroker" if broker_url.startswith("memory://") else None,
        broker_transport_options=_transport_options(broker_url),
    )

    def run_job(event_id: str) -> None:
        jobs.run_job(tool, event_id)

    app.task(run_job, name=TASK_NAME, shared=False)
    # Without these three, threads of the pool use Celery's default application, which has another broker.
    app.finalize()
    app.set_current()
    app.set_default()
    return app


class Relay:
    """A thread that publishes the ids of due outbox rows until it is stopped."""

    def __init__(self, tool: Tool, app: Celery) -> None:
        self._tool = tool
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread, after at most ten seconds."""
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
        """Publishes the ids of the rows that are due now, and returns how many.

        Where the broker refuses one, the leases of this and all further rows are ended, so that they are published
        again in two seconds, not in a minute.
        """
        tool = self._tool
        ids = outbox.claim(tool.store, tool.clock())
        for position, event_id in enumerate(ids):
            try:
                self._app.send_task(TASK_NAME, (event_id,), retry=False)
            except (OperationalError, OSError) as error:
                log.error("relay_without_broker", error=type(error).__name__)
                for unsent in ids[position:]:
                    outbox.release(tool.store, unsent, tool.clock() + timedelta(seconds=2))
                self._stop.wait(2)
                return position
        return len(ids)


class Worker:
    """A relay and a Celery worker with a pool of threads, inside the web process or in a process of their own."""

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
        """Starts the worker, then the relay."""
        self._thread.start()
        self._relay.start()

    def stop(self) -> None:
        """Stops both. A job that is cut short is claimed again when its lease has run out."""
        self._relay.stop()
        self._controller.stop()
        self._thread.join(timeout=10)


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("memory://"):
        return {"polling_interval": 0.05}  # seconds; the default is 1
    if broker_url.startswith(("redis", "rediss", "sentinel")):
        return {
            # Redis gives a message that is not acknowledged by then to another worker; longer than jobs take.
            "visibility_timeout": 600,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            # The relay tries each host once; kombu itself would try again and again for six seconds.
            "max_retries": broker_url.count(";"),
        }
    return {}
