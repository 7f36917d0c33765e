"""Nothing of fewer than five answers can be seen, neither at first nor between two looks."""

from __future__ import annotations

from itertools import pairwise, product

from lti_tool.feedback.counts import NONE, STEP, Tally, as_digits, from_digits, number_of_answers
from lti_tool.feedback.questions import QUESTIONS, VALUES, read_answer

ANSWERS = list(product(VALUES, repeat=3))


def test_what_is_shown_only_ever_changes_by_five_whole_answers():
    tallies = [Tally()]
    for answer in ANSWERS:
        tallies.append(tallies[-1].with_answer(answer))
    shown = [number_of_answers(tally.published) for tally in tallies]
    assert shown == [given - given % STEP for given in range(len(tallies))]
    for one, next_one in pairwise(tallies):
        for before, after in zip(one.published, next_one.published, strict=True):
            grown = [new - old for old, new in zip(before, after, strict=True)]
            assert min(grown) >= 0 and sum(grown) in (0, STEP)
    assert sum(map(sum, tallies[-1].published)) == 3 * len(ANSWERS)


def test_no_answer_is_lost_or_counted_twice():
    tally = Tally()
    for answer in [(5, 1, 3)] * 4 + [(1, 1, 1)]:
        tally = tally.with_answer(answer)
    assert tally.published == ((1, 0, 0, 0, 4), (5, 0, 0, 0, 0), (1, 0, 4, 0, 0))
    assert tally.pending == NONE


def test_what_is_pending_is_as_long_whatever_it_is():
    tally = Tally()
    for answer in ANSWERS[: STEP - 1]:
        tally = tally.with_answer(answer)
        assert len(as_digits(tally.pending)) == len(as_digits(NONE))
        assert from_digits(as_digits(tally.pending)) == tally.pending


def test_only_a_whole_answer_of_offered_values_is_one():
    whole = dict.fromkeys(QUESTIONS["claim"], "4")
    assert read_answer("claim", whole) == (4, 4, 4)
    for question in QUESTIONS["claim"]:
        for value in ("", "0", "6", "-1", "4.0", "four", "04", "٤", "4" * 5000):
            assert read_answer("claim", whole | {question: value}) is None
        assert read_answer("claim", {name: one for name, one in whole.items() if name != question}) is None
    assert read_answer("peer", whole) is None
