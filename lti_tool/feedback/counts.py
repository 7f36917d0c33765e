"""How answers are counted, hidden until there are five, and published five at a time. Pure.

Of a group under five one could guess who has said what, and so one could from two looks with one answer between them.
So what pages show only ever changes by five whole answers. Between these it is a text of fifteen digits.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.feedback.questions import VALUES, Answer

#: So many answers become visible together.
STEP = 5

#: For each question how often each value was given.
Counts = tuple[tuple[int, ...], ...]

NONE: Counts = ((0,) * len(VALUES),) * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What may be shown, and the fewer than five answers that came since."""

    published: Counts = NONE
    pending: Counts = NONE

    def with_answer(self, answer: Answer) -> Tally:
        """The tally with one answer more, published where it is the fifth that is pending."""
        pending = tuple(
            tuple(number + (value == given) for value, number in zip(VALUES, numbers, strict=True))
            for given, numbers in zip(answer, self.pending, strict=True)
        )
        if number_of_answers(pending) < STEP:
            return Tally(published=self.published, pending=pending)
        return Tally(published=_sum(self.published, pending))


def number_of_answers(counts: Counts) -> int:
    """How many answers are counted: each has a value for every question."""
    return sum(counts[0])


def as_digits(pending: Counts) -> bytes:
    """What is pending as fifteen digits: as long whatever it is."""
    return "".join(str(number) for numbers in pending for number in numbers).encode()


def from_digits(digits: bytes) -> Counts:
    """What `as_digits` made."""
    numbers, width = [int(digit) for digit in digits.decode()], len(VALUES)
    return tuple(tuple(numbers[start : start + width]) for start in range(0, len(numbers), width))


def _sum(some: Counts, more: Counts) -> Counts:
    return tuple(
        tuple(one + other for one, other in zip(*pair, strict=True)) for pair in zip(some, more, strict=True)
    )
