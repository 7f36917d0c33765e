"""The work of the outbox: done once, tried again, never lost."""

from datetime import timedelta

import pytest

from lti_tool import noticing, work
from lti_tool.errors import PlatformError
from lti_tool.noticing import LONGEST_PAUSE, next_look
from lti_tool.store import outbox
from lti_tool.store.models import AwardRule, Outbox
from tests.stage import NOW

USUAL = timedelta(minutes=10)


def row(tool, event_id):
    with tool.store.read() as session:
        return session.get_one(Outbox, event_id)


def rule_of(tool, rule_id):
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        assert rule.course
        return rule


def test_a_look_plans_the_next_one(tool, platform, rule_id, monkeypatch):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    work.perform(tool, f"poll-{rule_id}")
    assert row(tool, f"poll-{rule_id}").due_at == tool.clock() + tool.poll_every
    assert rule_of(tool, rule_id).checked_at == tool.clock()


def test_a_platform_that_does_not_answer_is_asked_less_and_less_often_and_for_ever(
    tool, platform, rule_id, monkeypatch, clock
):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    platform.trouble = PlatformError("cannot reach moodle.example.org: because it does not answer")
    waits = []
    for _ in range(20):
        work.perform(tool, f"poll-{rule_id}")
        waits.append(row(tool, f"poll-{rule_id}").due_at - clock())
        clock.now = row(tool, f"poll-{rule_id}").due_at
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_PAUSE
    platform.trouble = None
    work.perform(tool, f"poll-{rule_id}")
    assert row(tool, f"poll-{rule_id}").due_at == clock() + tool.poll_every


def test_a_platform_that_names_a_time_is_left_alone_until_then(tool, rule_id):
    rule = rule_of(tool, rule_id)
    trouble = PlatformError("too many requests", retry_after=1800)
    assert next_look(rule, trouble, USUAL, 1, NOW) == NOW + timedelta(minutes=30)
    impatient = PlatformError("too many requests", retry_after=10**9)
    assert next_look(rule, impatient, USUAL, 1, NOW) == NOW + LONGEST_PAUSE


def test_a_course_that_has_ended_is_looked_at_once_a_day(tool, platform, rule_id):
    platform.trouble = PlatformError("the course has ended", permanent=True, concluded=True)
    noticing.check(tool.store, platform, rule_id, tool.clock())
    assert next_look(rule_of(tool, rule_id), platform.trouble, USUAL, 1, NOW) == NOW + timedelta(days=1)


def test_work_that_breaks_is_kept_and_said_without_what_it_was_about(tool, monkeypatch):
    with tool.store.begin() as session:
        event_id = outbox.emit(session, "issue", {"award_id": 1}, tool.clock())

    def breaks(*_):
        raise ValueError("Anna Bērziņa <anna@example.org>")

    monkeypatch.setitem(work.WORK, "issue", breaks)
    with pytest.raises(ValueError, match="Anna"):
        work.perform(tool, event_id)
    kept = row(tool, event_id)
    assert (kept.status, kept.attempts, kept.trouble) == ("pending", 1, "ValueError")


def test_unknown_or_done_work_is_nothing(tool):
    work.perform(tool, "no such work")


def test_the_sweep_forgets_what_has_expired(tool, clock):
    tool.memory.put("state", {}, 60)
    clock.pass_(minutes=5)
    work.perform(tool, "sweep")
    assert tool.memory.peek("state") is None
    assert row(tool, "sweep").due_at == clock() + timedelta(hours=1)
