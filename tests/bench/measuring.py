"""Two pieces of work beside each other: in each round both take their turn, so a busy neighbour slows both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

#: Rounds of a comparison, and the seconds that each of the two has in a round.
ROUNDS = 31
TURN_SECONDS = 0.02

#: Does its work so many times, and gives the seconds that this took.
Timed = Callable[[int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. `result` is a ratio to `other`, or a figure of its own in `unit`; None: not measured."""

    work: str
    against: str | None = None
    ours: float | None
    others: float | None = None
    result: float | None
    unit: str
    goal: float
    why_not: str | None = None

    @property
    def met(self) -> bool | None:
        return None if self.result is None else self.result <= self.goal


def timed(function: Callable[[], Any], clock: Callable[[], float] = time.thread_time) -> Timed:
    """In time of the processor: what a neighbour takes of it meanwhile does not count."""

    def work(times: int) -> float:
        begun = clock()
        for _ in range(times):
            function()
        return clock() - begun

    return work


def ratio(work: str, against: str, goal: float, ours: Callable[[], Any], other: Callable[[], Any]) -> Row:
    return timed_ratio(work, against, goal, timed(ours), timed(other))


def timed_ratio(work: str, against: str, goal: float, ours: Timed, other: Timed) -> Row:
    """The median of the rounds' ratios, with both medians in microseconds."""
    one, two = _taken(ours, other)
    return Row(
        work=work,
        against=against,
        ours=median(one),
        others=median(two),
        result=median([a / b for a, b in zip(one, two, strict=True)]),
        unit="x",
        goal=goal,
    )


def figure(work: str, unit: str, goal: float, function: Callable[[], Any]) -> Row:
    """A time with a goal of its own; `unit` is us or ms."""
    taken, _ = _taken(timed(function), timed(lambda: None))
    result = median(taken) / {"us": 1, "ms": 1000}[unit]
    return Row(work=work, ours=median(taken), result=result, unit=unit, goal=goal)


def _taken(*works: Timed) -> tuple[list[float], ...]:
    """Microseconds of each piece of work in each round, its first times left out."""
    times = [max(1, int(TURN_SECONDS / _once(work))) for work in works]
    taken: tuple[list[float], ...] = tuple([] for _ in works)
    gc.collect()
    gc.disable()
    for number in range(ROUNDS):
        turns = list(zip(works, times, taken, strict=True))
        for work, repeated, results in turns if number % 2 else reversed(turns):
            results.append(work(repeated) / repeated * 1e6)
            gc.collect()
    gc.enable()
    return taken


def _once(work: Timed) -> float:
    work(3)
    return max(work(3) / 3, 1e-7)
