"""Numbers as a file tells them that may leave the house: never one from which somebody could be counted out. Pure.

Awards are counted down to whole fives, so from two files with one award between them nobody learns more than that a
five was full; and one to four are not told from each other. A share is told where it leaves five people on either side.
"""

from __future__ import annotations

from decimal import Decimal

from lti_tool.store.queries.reviews import AwardNumbers

STEP = 5


def at_least(number: int) -> int | None:
    """The number counted down to whole fives; None of one to four."""
    return number - number % STEP if number >= STEP or number == 0 else None


def share_told(numbers: AwardNumbers) -> Decimal | None:
    """The share of those that recognise prior learning, 0 to 1 in twentieths; None where it is not told."""
    others = numbers.awarded - numbers.recognised
    if not numbers.recognised and at_least(numbers.awarded):
        return Decimal(0)
    if min(numbers.recognised, others) < STEP:
        return None
    return Decimal(round(20 * numbers.recognised / numbers.awarded)) / 20
