"""The small plot of a badge's card, or of an issuer: how many were awarded on each day, or in each week. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

#: The size of the drawing, and the room between two bars, in its own units. The axis has the last two of its height.
WIDTH, HEIGHT, GAP, AXIS = 260, 40, 3, 2
#: A badge that was first awarded within so many days is shown by days.
DAYS = 14
WEEKS = 12
#: No bar is so small that it is taken for none.
LEAST = 3


class Counted(Protocol):
    """How many awards, not revoked, began in a quarter of an hour, which began so many seconds after 1970."""

    @property
    def began_at(self) -> int: ...

    @property
    def awarded(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of the drawing, of so many awards; measures in units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars from the oldest to the present, each a day or a week from Monday on; the first begins on `since`."""

    unit: Literal["day", "week"]
    since: date
    bars: Sequence[Bar]

    @property
    def numbers(self) -> Sequence[int]:
        """What the bars show."""
        return [bar.number for bar in self.bars]


def plot_of(counts: Sequence[Counted], now: datetime, in_zone: Callable[[datetime], datetime]) -> Plot | None:
    """The plot of awards that were not revoked; None where there is nothing to be seen in it.

    `in_zone` gives the same moment in the time zone whose days they are.
    """
    by_day: Counter[date] = Counter()
    for each in counts:
        by_day[in_zone(datetime.fromtimestamp(each.began_at, UTC)).date()] += each.awarded
    days = [day for day, number in by_day.items() if number]
    today = in_zone(now).date()
    if not days or max(days) <= today - timedelta(weeks=WEEKS):
        return None
    if min(days) > today - timedelta(days=DAYS):
        since, length, number = today - timedelta(days=DAYS - 1), 1, DAYS
    else:
        monday = today - timedelta(days=today.weekday())
        since, length, number = monday - timedelta(weeks=WEEKS - 1), 7, WEEKS
    found = [0] * number
    for day, awarded in by_day.items():
        place = (day - since).days // length
        if 0 <= place < number:
            found[place] += awarded
    return Plot(unit="day" if length == 1 else "week", since=since, bars=_bars(found)) if any(found) else None


def _bars(numbers: Sequence[int]) -> Sequence[Bar]:
    width = (WIDTH - GAP * (len(numbers) - 1)) / len(numbers)
    room, most = HEIGHT - AXIS, max(numbers)
    bars = []
    for place, number in enumerate(numbers):
        height = max(LEAST, room * number / most) if number else 0
        x, y = place * (width + GAP), room - height
        bars.append(
            Bar(x=round(x, 1), y=round(y, 1), width=round(width, 1), height=round(height, 1), number=number)
        )
    return bars
