"""Work that ends in time: a check may ask servers that never answer, and `doctor` answers all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
Item = TypeVar("Item")

#: How many threads of one check wait for servers of others at once.
AT_ONCE = 8


def within(seconds: float, function: Callable[[], T]) -> T:
    """What the function gives, or raises. Raises TimeoutError where it takes longer.

    Its thread cannot be ended, so it is left behind; it holds up no end of the process.
    """
    answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((function(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            answers.put((None, error))

    threading.Thread(target=run, name="doctor", daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError("past the deadline") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]


def at_once(function: Callable[[Item], Iterable[T]], items: Sequence[Item]) -> Iterator[T]:
    """What the function gives for each item, as it comes, from a few threads. Raises what the function does."""
    waiting: SimpleQueue[Item] = SimpleQueue()
    for item in items:
        waiting.put(item)
    answers: SimpleQueue[tuple[Sequence[T], BaseException | None]] = SimpleQueue()

    def run() -> None:
        while True:
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                answers.put((tuple(function(item)), None))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                answers.put(((), error))

    for _ in range(min(AT_ONCE, len(items))):
        threading.Thread(target=run, name="doctor", daemon=True).start()
    for _ in items:
        found, error = answers.get()
        if error is not None:
            raise error
        yield from found


class Collected(Generic[T]):
    """What several threads find, each by its own name, until a deadline; those that have ended are `ended`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._found: dict[str, list[T]] = {}
        self._running: set[str] = set()

    def start(self, name: str, function: Callable[[], Iterable[T]]) -> None:
        """Collects in a thread what the function gives, which must raise nothing."""
        with self._changed:
            self._found[name] = []
            self._running.add(name)
        threading.Thread(target=self._run, args=(name, function), name=f"doctor {name}", daemon=True).start()

    def _run(self, name: str, function: Callable[[], Iterable[T]]) -> None:
        try:
            for each in function():
                with self._changed:
                    self._found[name].append(each)
        finally:
            with self._changed:
                self._running.discard(name)
                self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Returns once all have ended, or the time is over."""
        until = monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout=max(until - monotonic(), 0))

    def of(self, name: str) -> tuple[Sequence[T], bool]:
        """What was found under that name so far, and whether that is all."""
        with self._changed:
            return tuple(self._found[name]), name not in self._running
