"""The worker as a process of its own, `python -m lti_tool worker`, with its health check."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from lti_tool.logs import log
from lti_tool.store import outbox
from lti_tool.store.clock import DatabaseClock
from lti_tool.store.database import Store
from lti_tool.tasks import Worker
from lti_tool.wiring import Tool

#: A job of an award that nobody has claimed for longer means that no worker is running, or too few.
LONGEST_LAG_SECONDS = 300


def is_keeping_up(database_url: str) -> bool:
    """Whether workers claim the jobs of awards in time. Raises SQLAlchemyError without a database.

    Platforms and mail servers that do not answer hold up queues of their own, and say nothing of the worker.
    """
    store = Store(database_url)
    try:
        with store.read() as session:
            awards = outbox.health(session, outbox.AWARDS, DatabaseClock(store.engine)())
            return awards.unclaimed_seconds < LONGEST_LAG_SECONDS
    finally:
        store.close()


def stop_signals() -> Callable[[], None]:
    """A function that returns once this process was asked to stop, by SIGTERM or SIGINT, from now on.

    The signal itself writes to the pipe. A handler in Python would do so too late or never: it runs in the main thread,
    which the system does not wake where it hands the signal to another thread.
    """
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)

    def wait() -> None:
        os.read(read_end, 1)

    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    return wait


def run(tool: Tool, broker_url: str) -> None:
    """Runs jobs until SIGTERM or SIGINT."""
    wait_for_stop = stop_signals()
    worker = Worker(tool, broker_url)
    worker.start()
    log.info("worker_started")
    wait_for_stop()
    has_ended = worker.stop()
    log.info("worker_stopped", by_force=not has_ended)
    if not has_ended:
        # Python would wait for the threads that are still busy.
        sys.stderr.flush()
        os._exit(0)
