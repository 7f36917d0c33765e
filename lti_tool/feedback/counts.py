"""How answers are counted, hidden until there are five, and published together. Pure.

Of a group under five one could guess who has said what, and so one could from two looks with one answer between them.
So what pages show only ever changes by five whole answers or more, at an hour that no answer decides. Until then they
are a text of sixty digits.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.feedback.questions import VALUES, Answer

#: So many answers become visible together, at least.
STEP = 5
#: Each number of what is pending is written with so many digits; where more answers wait, they are published at once.
_DIGITS = 4
MOST_PENDING = 10**_DIGITS - 1

#: For each question how often each value was given.
Counts = tuple[tuple[int, ...], ...]

NONE: Counts = ((0,) * len(VALUES),) * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What may be shown, and the answers that came since."""

    published: Counts = NONE
    pending: Counts = NONE

    def with_answer(self, answer: Answer) -> Tally:
        """The tally with one answer more, which is not to be seen yet."""
        pending = tuple(
            tuple(number + (value == given) for value, number in zip(VALUES, numbers, strict=True))
            for given, numbers in zip(answer, self.pending, strict=True)
        )
        tally = Tally(published=self.published, pending=pending)
        return tally.with_all_published() if number_of_answers(pending) >= MOST_PENDING else tally

    def with_all_published(self) -> Tally:
        """The tally with nothing pending any more; the same one while fewer than five answers are."""
        if number_of_answers(self.pending) < STEP:
            return self
        return Tally(published=_sum(self.published, self.pending))


def number_of_answers(counts: Counts) -> int:
    """How many answers are counted: each has a value for every question."""
    return sum(counts[0])


def as_digits(pending: Counts) -> bytes:
    """What is pending as digits: as long whatever it is."""
    return "".join(f"{number:0{_DIGITS}}" for numbers in pending for number in numbers).encode()


def from_digits(digits: bytes) -> Counts:
    """What `as_digits` made, with as many digits a number as it has."""
    text, width = digits.decode(), len(VALUES)
    size = len(text) // (len(NONE) * width)
    numbers = [int(text[start : start + size]) for start in range(0, len(text), size)]
    return tuple(tuple(numbers[start : start + width]) for start in range(0, len(numbers), width))


def _sum(some: Counts, more: Counts) -> Counts:
    return tuple(
        tuple(one + other for one, other in zip(*pair, strict=True)) for pair in zip(some, more, strict=True)
    )
