"""Nothing of fewer than five answers can be seen, neither at first nor between two looks."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

from lti_tool.feedback.counts import (
    MOST_PENDING,
    NONE,
    STEP,
    Tally,
    as_digits,
    from_digits,
    number_of_answers,
)
from lti_tool.feedback.questions import QUESTIONS, VALUES, read_answer

ANSWERS = list(product(VALUES, repeat=3))


def after(answers, tally=None):
    tally = tally or Tally()
    for answer in answers:
        tally = tally.with_answer(answer)
    return tally


def test_what_is_shown_only_ever_changes_by_five_whole_answers_or_more():
    """However many come from one publication to the next."""
    waiting, tallies, random = list(ANSWERS), [Tally()], Random(5)
    while waiting:
        number = random.randint(0, 7)
        some, waiting = waiting[:number], waiting[number:]
        tallies += [after(some, tallies[-1]), after(some, tallies[-1]).with_all_published()]
    assert any(
        number_of_answers(one.published) < number_of_answers(two.published) for one, two in pairwise(tallies)
    )
    for one, two in pairwise(tallies):
        for before, now in zip(one.published, two.published, strict=True):
            grown = [new - old for old, new in zip(before, now, strict=True)]
            assert min(grown) >= 0 and (sum(grown) == 0 or sum(grown) >= STEP)


def test_an_answer_shows_nothing_by_itself_not_even_the_fifth():
    tally = after(ANSWERS[: 4 * STEP])
    assert tally.published == NONE and number_of_answers(tally.pending) == 4 * STEP


def test_fewer_than_five_wait_for_others():
    four = after(ANSWERS[: STEP - 1])
    assert four.with_all_published() == four
    ten = after(ANSWERS[STEP - 1 : 2 * STEP], four).with_all_published()
    assert (number_of_answers(ten.published), ten.pending) == (2 * STEP, NONE)


def test_no_answer_is_lost_or_counted_twice():
    tally = after([(5, 1, 3)] * 4 + [(1, 1, 1)]).with_all_published()
    assert tally.published == ((1, 0, 0, 0, 4), (5, 0, 0, 0, 0), (1, 0, 4, 0, 0))
    assert tally.pending == NONE


def test_what_is_pending_is_as_long_whatever_it_is():
    for number in (0, 1, 12, len(ANSWERS)):
        tally = after(ANSWERS[:number])
        assert len(as_digits(tally.pending)) == len(as_digits(NONE))
        assert from_digits(as_digits(tally.pending)) == tally.pending


def test_where_more_wait_than_can_be_written_they_are_published_at_once():
    full = ((MOST_PENDING - 1, 0, 0, 0, 0),) * 3
    assert from_digits(as_digits(full)) == full
    tally = Tally(pending=full).with_answer((1, 1, 1))
    assert (number_of_answers(tally.published), tally.pending) == (MOST_PENDING, NONE)


def test_what_was_written_with_one_digit_a_number_is_read():
    assert from_digits(b"400000400000004") == ((4, 0, 0, 0, 0), (0, 4, 0, 0, 0), (0, 0, 0, 0, 4))


def test_only_a_whole_answer_of_offered_values_is_one():
    whole = dict.fromkeys(QUESTIONS["claim"], "4")
    assert read_answer("claim", whole) == (4, 4, 4)
    for question in QUESTIONS["claim"]:
        for value in ("", "0", "6", "-1", "4.0", "four", "04", "٤", "4" * 5000):
            assert read_answer("claim", whole | {question: value}) is None
        assert read_answer("claim", {name: one for name, one in whole.items() if name != question}) is None
    assert read_answer("peer", whole) is None
