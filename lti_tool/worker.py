"""The worker as a process of its own: `python -m lti_tool worker`."""

from __future__ import annotations

import signal
import threading

import structlog

from lti_tool.tasks import Worker
from lti_tool.wiring import Tool

log = structlog.get_logger()


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
