"""Whether the broker answers, for health checks, which strangers may ask for as often as they like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask, current_app

from lti_tool.tasks import broker_answers
from lti_tool.web.current import tool_of

_KEY = "nozimite_broker_watch"
#: For one question. It is on the same machine, or near.
SECONDS = 2
#: For so long an answer is taken for that of now: however many ask, the broker gets one connection in that time.
FRESH_SECONDS = 5.0


def set_up(app: Flask) -> None:
    """Has health checks of the application ask the broker of its tool."""
    url = tool_of(app).broker_url
    app.extensions[_KEY] = BrokerWatch(lambda: broker_answers(url, SECONDS))


def broker_is_there() -> bool:
    """Whether the broker of the current application answers, or did a moment ago; the embedded one always does."""
    watch: BrokerWatch = current_app.extensions[_KEY]
    return watch.answers()


class BrokerWatch:
    """Asks at most once in FRESH_SECONDS, and in one thread: others go on with the last answer meanwhile."""

    def __init__(self, ask: Callable[[], bool], seconds: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = threading.Lock()
        self._last: bool | None = None
        self._asked_at = 0.0

    def answers(self) -> bool:
        """Whether it answers, now or a moment ago; only the first to ask at all may have to wait for another thread."""
        if self._last is not None and self._seconds() - self._asked_at < FRESH_SECONDS:
            return self._last
        if not self._asking.acquire(blocking=self._last is None):
            return bool(self._last)
        try:
            if self._last is None or self._seconds() - self._asked_at >= FRESH_SECONDS:
                self._last = self._ask()
                self._asked_at = self._seconds()
            return self._last
        finally:
            self._asking.release()
