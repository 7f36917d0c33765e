"""Nothing of fewer than five answers can be seen, neither at first nor between two looks."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

from lti_tool.feedback.counts import (
    MOST_READY,
    NONE,
    STEP,
    Tally,
    number_of_answers,
    tally_of,
)
from lti_tool.feedback.questions import QUESTIONS, VALUES, read_answer

ANSWERS = list(product(VALUES, repeat=3))


def after(answers, tally=None):
    tally = tally or Tally()
    for answer in answers:
        tally = tally.with_answer(answer)
    return tally


def test_what_is_shown_only_ever_changes_by_groups_of_five_whole_answers():
    """However many come from one publication to the next."""
    waiting, tallies, random = list(ANSWERS), [Tally()], Random(5)
    while waiting:
        number = random.randint(0, 7)
        some, waiting = waiting[:number], waiting[number:]
        tallies += [after(some, tallies[-1]), after(some, tallies[-1]).with_ready_published()]
    assert any(
        number_of_answers(one.published) < number_of_answers(two.published) for one, two in pairwise(tallies)
    )
    for one, two in pairwise(tallies):
        for before, now in zip(one.published, two.published, strict=True):
            grown = [new - old for old, new in zip(before, now, strict=True)]
            assert min(grown) >= 0 and sum(grown) % STEP == 0


def test_an_answer_shows_nothing_by_itself_not_even_the_fifth():
    tally = after(ANSWERS[: 4 * STEP])
    assert tally.published == tally.pending == NONE and number_of_answers(tally.ready) == 4 * STEP


def test_fewer_than_five_wait_for_others():
    four = after(ANSWERS[: STEP - 1])
    assert four.with_ready_published() == four
    twelve = after(ANSWERS[STEP - 1 : 2 * STEP + 2], four).with_ready_published()
    assert (number_of_answers(twelve.published), number_of_answers(twelve.pending)) == (2 * STEP, 2)


def test_no_answer_is_lost_or_counted_twice():
    tally = after([(5, 1, 3)] * 4 + [(1, 1, 1)]).with_ready_published()
    assert tally.published == ((1, 0, 0, 0, 4), (5, 0, 0, 0, 0), (1, 0, 4, 0, 0))
    assert tally.ready == tally.pending == NONE


def test_what_is_hidden_is_as_long_whatever_it_is():
    for number in (0, 1, 12, len(ANSWERS)):
        tally = after(ANSWERS[:number])
        assert len(tally.hidden_digits()) == len(Tally().hidden_digits())
        assert tally_of(tally.published, tally.hidden_digits()) == tally


def test_where_more_are_ready_than_can_be_written_they_are_published_at_once():
    full = Tally(ready=((MOST_READY - STEP, 0, 0, 0, 0),) * 3)
    assert tally_of(NONE, full.hidden_digits()) == full
    tally = after([(1, 1, 1)] * STEP, full)
    assert (number_of_answers(tally.published), tally.ready, tally.pending) == (MOST_READY, NONE, NONE)


def test_what_was_written_with_one_digit_a_number_and_no_groups_is_read():
    assert tally_of(NONE, b"400000400000004") == Tally(
        pending=((4, 0, 0, 0, 0), (0, 4, 0, 0, 0), (0, 0, 0, 0, 4))
    )


def test_only_a_whole_answer_of_offered_values_is_one():
    whole = dict.fromkeys(QUESTIONS["claim"], "4")
    assert read_answer("claim", whole) == (4, 4, 4)
    for question in QUESTIONS["claim"]:
        for value in ("", "0", "6", "-1", "4.0", "four", "04", "٤", "4" * 5000):
            assert read_answer("claim", whole | {question: value}) is None
        assert read_answer("claim", {name: one for name, one in whole.items() if name != question}) is None
    assert read_answer("peer", whole) is None
