"""Where requests are counted: in Valkey or Redis, by all processes together.

While that does not answer pages go on, and each process counts for itself. The log says so once, and once when it
answers again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from limits.storage import MemoryStorage, Storage, storage_from_string
from redis.backoff import NoBackoff
from redis.retry import Retry

from lti_tool.logs import log

T = TypeVar("T")

SCHEME = "shared-or-own"
#: A page waits at most this long for it; it is on the same machine, or near.
TIMEOUT_SECONDS = 1
#: How long it is left alone after it did not answer; then one request asks again.
PAUSE_SECONDS = 10


class SharedOrOwn(Storage):
    """A storage of Flask-Limiter, by the scheme below; `shared` is the address of the Valkey or Redis."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - so the library declares it

    def __init__(self, uri: str | None = None, *, shared: str, **_: Any) -> None:
        super().__init__(uri)
        options: dict[str, Any] = {
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            # By default it would try again for several seconds, and the page would wait.
            "retry": Retry(NoBackoff(), 0),
        }
        self._shared = cast(Storage, storage_from_string(shared, **options))
        self._own = MemoryStorage()
        self._lock = threading.Lock()
        self._is_lost = False
        self._next_try = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._ask(lambda storage: storage.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._ask(lambda storage: storage.get(key))

    def get_expiry(self, key: str) -> float:
        return self._ask(lambda storage: storage.get_expiry(key))

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return self._ask(lambda storage: storage.reset())

    def clear(self, key: str) -> None:
        self._ask(lambda storage: storage.clear(key))

    def _ask(self, question: Callable[[Storage], T]) -> T:
        if self._is_to_be_asked():
            try:
                answer = question(self._shared)
            except self._shared.base_exceptions:
                self._note_lost()
            else:
                self._note_found()
                return answer
        return question(self._own)

    def _is_to_be_asked(self) -> bool:
        with self._lock:
            if self._is_lost and time.monotonic() < self._next_try:
                return False
            if self._is_lost:
                # The others go on meanwhile.
                self._next_try = time.monotonic() + PAUSE_SECONDS
            return True

    def _note_lost(self) -> None:
        with self._lock:
            was_lost, self._is_lost = self._is_lost, True
            self._next_try = time.monotonic() + PAUSE_SECONDS
        if not was_lost:
            log.warning(
                "limit_store_unreachable", setting="LIMITS_URL", limits="each process counts for itself"
            )

    def _note_found(self) -> None:
        with self._lock:
            was_lost, self._is_lost = self._is_lost, False
        if was_lost:
            log.info("limit_store_reachable_again")
