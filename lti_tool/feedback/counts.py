"""How answers are counted, hidden until there are five, and published together. Pure.

Of a group under five one could guess who has said what, and so one could from two looks with one answer between them.
So answers are put into groups of five, and what pages show only ever changes by whole groups, at an hour that no answer
decides. Until then they are a text of as many digits whatever they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lti_tool.feedback.questions import VALUES, Answer

#: So many answers become visible together.
STEP = 5
#: Each number of what is hidden has so many digits; where more groups are ready, they are published at once.
_DIGITS = 4
MOST_READY = (10**_DIGITS - 1) // STEP * STEP

#: For each question how often each value was given.
Counts = tuple[tuple[int, ...], ...]

NONE: Counts = ((0,) * len(VALUES),) * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What may be shown; whole groups of five that are `ready` to be; and fewer than five answers that came since."""

    published: Counts = NONE
    ready: Counts = NONE
    pending: Counts = NONE

    def with_answer(self, answer: Answer) -> Tally:
        """The tally with one answer more, which is not to be seen yet."""
        pending = tuple(
            tuple(number + (value == given) for value, number in zip(VALUES, numbers, strict=True))
            for given, numbers in zip(answer, self.pending, strict=True)
        )
        if number_of_answers(pending) < STEP:
            return replace(self, pending=pending)
        tally = replace(self, ready=_sum(self.ready, pending), pending=NONE)
        return tally.with_ready_published() if number_of_answers(tally.ready) >= MOST_READY else tally

    def with_ready_published(self) -> Tally:
        """The tally with all groups shown that were ready."""
        return replace(self, published=_sum(self.published, self.ready), ready=NONE)

    def hidden_digits(self) -> bytes:
        """What is not shown yet as digits: as long whatever it is."""
        return _as_digits(self.ready) + _as_digits(self.pending)


def tally_of(published: Counts, hidden_digits: bytes) -> Tally:
    """The tally of what is shown and of what `hidden_digits` made, or of an older text that has `pending` alone."""
    if len(hidden_digits) < len(Tally().hidden_digits()):
        return Tally(published=published, pending=_from_digits(hidden_digits))
    half = len(hidden_digits) // 2
    ready, pending = _from_digits(hidden_digits[:half]), _from_digits(hidden_digits[half:])
    return Tally(published=published, ready=ready, pending=pending)


def number_of_answers(counts: Counts) -> int:
    """How many answers are counted: each has a value for every question."""
    return sum(counts[0])


def _as_digits(counts: Counts) -> bytes:
    return "".join(f"{number:0{_DIGITS}}" for numbers in counts for number in numbers).encode()


def _from_digits(digits: bytes) -> Counts:
    """What `_as_digits` made, with as many digits a number as it has."""
    text, width = digits.decode(), len(VALUES)
    size = len(text) // (len(NONE) * width)
    numbers = [int(text[start : start + size]) for start in range(0, len(text), size)]
    return tuple(tuple(numbers[start : start + width]) for start in range(0, len(numbers), width))


def _sum(some: Counts, more: Counts) -> Counts:
    return tuple(
        tuple(one + other for one, other in zip(*pair, strict=True)) for pair in zip(some, more, strict=True)
    )
