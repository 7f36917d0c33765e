"""The worker as a process of its own: `python -m lti_tool worker`."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime

from lti_tool.logs import log
from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.tasks import Worker
from lti_tool.wiring import Tool

LONGEST_LAG_SECONDS = 300


def is_keeping_up(database_url: str) -> bool:
    """Whether no work has been waiting for longer than LONGEST_LAG_SECONDS."""
    store = Store(database_url)
    try:
        with store.read() as session:
            return outbox.health(session, datetime.now(UTC)).oldest_seconds < LONGEST_LAG_SECONDS
    finally:
        store.close()


def run(tool: Tool, broker_url: str) -> None:
    """Works until SIGTERM or SIGINT."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    worker = Worker(tool, broker_url)
    worker.start()
    log.info("worker_started")
    stop.wait()
    worker.stop()
    log.info("worker_stopped")
