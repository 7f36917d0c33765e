"""Measurement of two pieces of work in turns, so that a busy machine slows both alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

#: Rounds of a comparison, and the seconds that each piece of work gets in a round.
ROUNDS = 31
TURN_SECONDS = 0.02

#: The seconds that the work takes when it is done so many times.
Timed = Callable[[int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. `result` is the ratio of `ours` to `others` (unit "x"), or a value in `unit`.

    `ours` and `others` are in microseconds. `low` and `high` are the first and the last decile of the result over all
    rounds. Where nothing was measured the result is None, and `why_not` says why.
    """

    work: str
    against: str | None = None
    ours: float | None
    others: float | None = None
    result: float | None
    unit: str
    goal: float
    low: float | None = None
    high: float | None = None
    why_not: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where nothing was measured."""
        return None if self.result is None else self.result <= self.goal


def timed(function: Callable[[], Any], clock: Callable[[], float] = time.thread_time) -> Timed:
    """The function as timed work, by default in processor time, which other processes do not change."""

    def work(times: int) -> float:
        started = clock()
        for _ in range(times):
            function()
        return clock() - started

    return work


def ratio(work: str, against: str, goal: float, ours: Callable[[], Any], other: Callable[[], Any]) -> Row:
    """The comparison of two functions in processor time."""
    return timed_ratio(work, against, goal, timed(ours), timed(other))


def timed_ratio(work: str, against: str, goal: float, ours: Timed, other: Timed) -> Row:
    """The comparison of two pieces of timed work: the median of the ratios of all rounds."""
    return ratio_of(work, against, goal, *_microseconds(ours, other))


def ratio_of(
    work: str, against: str, goal: float, our_times: Sequence[float], other_times: Sequence[float]
) -> Row:
    """The comparison of two lists of microseconds, of which each round has given one to both."""
    ratios = [a / b for a, b in zip(our_times, other_times, strict=True)]
    low, high = _spread(ratios)
    return Row(
        work=work,
        against=against,
        ours=median(our_times),
        others=median(other_times),
        result=median(ratios),
        unit="x",
        goal=goal,
        low=low,
        high=high,
    )


def figure(work: str, unit: str, goal: float, function: Callable[[], Any]) -> Row:
    """The time of one function, with a goal of its own; `unit` is us or ms."""
    (times,) = _microseconds(timed(function))
    return figure_of(work, unit, goal, times)


def figure_of(work: str, unit: str, goal: float, times: Sequence[float]) -> Row:
    """The median of microseconds that were measured, in `unit`, us or ms."""
    divisor = {"us": 1, "ms": 1000}[unit]
    low, high = _spread(times)
    return Row(
        work=work,
        ours=median(times),
        result=median(times) / divisor,
        unit=unit,
        goal=goal,
        low=low / divisor,
        high=high / divisor,
    )


def quantity(work: str, unit: str, goal: float, values: Sequence[float]) -> Row:
    """The median of values that are no times, in `unit`."""
    low, high = _spread(values)
    return Row(work=work, ours=None, result=median(values), unit=unit, goal=goal, low=low, high=high)


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """The first and the last decile."""
    deciles = quantiles(values, n=10, method="inclusive")
    return deciles[0], deciles[-1]


def _microseconds(*works: Timed) -> tuple[list[float], ...]:
    """Microseconds of each piece of work in each round.

    The garbage collector runs between turns alone: within one it would count for whichever work it happens to hit. It
    looks only at what the work has made, not at all that was imported.
    """
    repetitions = [max(1, int(TURN_SECONDS / _once(work))) for work in works]
    results: tuple[list[float], ...] = tuple([] for _ in works)
    gc.collect()
    gc.freeze()
    gc.disable()
    for number in range(ROUNDS):
        turns = list(zip(works, repetitions, results, strict=True))
        for work, count, work_results in turns if number % 2 else reversed(turns):
            work_results.append(work(count) / count * 1e6)
            gc.collect()
    gc.enable()
    gc.unfreeze()
    return results


def _once(work: Timed) -> float:
    """About the seconds of one repetition, after three to warm up."""
    work(3)
    return max(work(3) / 3, 1e-7)
