"""The daily work on both databases: also twice at once, and in parts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.feedback import daily, later_mails
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.daily import do_daily
from lti_tool.store.models import Award, Outbox
from tests.at_once import all_at_once
from tests.fixtures import ANNA, JANIS, complete, learner, make_rule, publish, rows, run_due_jobs

DUE = timedelta(days=183)
EVERYBODY = (ANNA, JANIS, *(learner(number) for number in (40, 41, 42)))


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def awards(tool, platform, clock):
    """A function that gives all awards; their learners have opened the badges now."""
    platform.everyone += [each for each in EVERYBODY if each not in platform.everyone]
    complete(tool, platform, make_rule(tool, publish(tool)), *EVERYBODY)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        session.query(Award).update({"claimed_at": clock()})
    return lambda: rows(tool, Award)


def jobs_of(tool):
    return sorted(row.award_id for row in rows(tool, Outbox) if row.task == later_mails.TASK)


def test_of_several_who_do_it_at_once_each_award_gets_one_mail(tool, awards, clock):
    clock.now += DUE
    all_at_once(*[lambda: do_daily(tool, clock())] * 4)
    assert jobs_of(tool) == sorted(award.id for award in awards())
    assert {award.later_feedback_mailed for award in awards()} == {True}


def test_no_more_mails_than_that_are_planned_in_a_day_and_the_others_the_next(
    tool, awards, clock, monkeypatch
):
    monkeypatch.setattr(later_mails, "MOST_A_DAY", 2)
    clock.now += DUE
    planned = []
    for _ in range(4):
        do_daily(tool, clock())
        planned.append(len(jobs_of(tool)))
        clock.now += timedelta(days=1)
    assert planned == [2, 4, 5, 5]


def test_all_forms_that_are_over_are_closed_in_parts(tool, awards, clock, monkeypatch):
    monkeypatch.setattr(daily, "AWARDS_AT_ONCE", 2)
    clock.now += OPEN_FOR - timedelta(seconds=1)
    do_daily(tool, clock())
    assert not any(award.feedback_closed for award in awards())
    clock.now += timedelta(seconds=1)
    do_daily(tool, clock())
    assert all(award.feedback_closed and not award.later_feedback_closed for award in awards())
    clock.now += DUE
    do_daily(tool, clock())
    assert all(award.later_feedback_closed for award in awards())
