"""How long the bar beside each number of a table is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

#: The longest bar, in units of its drawing; and the shortest, so that it is not taken for none.
LONGEST, SHORTEST = 100.0, 1.5


def bars_of(numbers: Sequence[int]) -> Sequence[float]:
    """The lengths of the bars of these numbers."""
    most = max(numbers, default=0)
    return [max(SHORTEST, round(LONGEST * number / most, 1)) if number else 0.0 for number in numbers]
