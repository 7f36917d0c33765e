"""What was awarded to a class at once and by mistake is revoked at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.awarding import awards, looks, undo
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event
from tests.fixtures import (
    ANNA,
    JANIS,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

TEACHER = events.person(10_000)
CLASS = [learner(number) for number in range(200, 204)]


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def rule_id(tool, platform):
    """A rule that awarded Anna one day, and a class the next day."""
    rule_id = make_rule(tool, publish(tool))
    platform.everyone += CLASS
    complete(tool, platform, rule_id, ANNA)
    tool.clock.advance(days=1)
    complete(tool, platform, rule_id, *CLASS)
    run_due_jobs(tool)
    return rule_id


def batches(tool, rule_id):
    with tool.store.read() as session:
        found = queries.course_page.earned_together(session, rule_id, 20)
        each = [(number, undo.batch_at(session, rule_id, earned_at)) for earned_at, number in found]
        assert [number for number, _ in each] == [len(batch.awards) for _, batch in each]
        return [(batch.earned_at, [award.id for award in batch.awards]) for _, batch in each]


def undoing(tool, rule_id, earned_at, seen):
    def act(_=None):
        with tool.store.begin() as session:
            rule = session.get_one(AwardRule, rule_id)
            return [award.id for award in undo.undo(session, rule, earned_at, seen, tool.clock(), TEACHER)]

    return act


def test_a_batch_is_undone_and_nothing_else(tool, platform, rule_id):
    ((earned_at, ids),) = batches(tool, rule_id)
    assert len(ids) == len(CLASS)
    assert undoing(tool, rule_id, earned_at, ids)() == ids
    assert [row.status for row in rows(tool, Award)] == ["issued"] + ["revoked"] * len(CLASS)
    revoked = [row for row in rows(tool, CredentialRow) if row.revoked_at]
    assert {row.revoked_as for row in revoked} == {"mistake"} and len(revoked) == len(CLASS)
    assert {tool.verify(row.text.encode()).verdict for row in revoked} == {"revoked"}
    told = [row for row in rows(tool, Event) if row.what in ("revoked", "batch_undone")]
    assert [row.why for row in told] == ["mistake"] * len(CLASS) + [""]
    assert batches(tool, rule_id) == []
    # Nothing awards them again by itself.
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    platform.inside = [each for each in platform.inside if each not in CLASS]
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    platform.inside += CLASS
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    assert [row.status for row in rows(tool, Award)] == ["issued"] + ["revoked"] * len(CLASS)


def test_only_what_the_teacher_has_seen_is_undone(tool, platform, rule_id):
    ((earned_at, ids),) = batches(tool, rule_id)
    assert undoing(tool, rule_id, earned_at, ids[:2])() == ids[:2]
    assert undoing(tool, rule_id, earned_at, [1, 999])() == []
    assert [row.status for row in rows(tool, Award)].count("revoked") == 2


def test_an_award_that_somebody_revoked_before_keeps_their_reason(tool, platform, rule_id):
    ((earned_at, ids),) = batches(tool, rule_id)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, ids[0]), "it was copied", tool.clock(), TEACHER)
    assert undoing(tool, rule_id, earned_at, ids)() == ids[1:]
    (reason,) = {row.revocation_reason for row in rows(tool, CredentialRow)} - {None}
    assert reason == "it was copied"


def test_two_teachers_who_undo_at_once_revoke_each_badge_once(tool, platform, rule_id):
    ((earned_at, ids),) = batches(tool, rule_id)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(undoing(tool, rule_id, earned_at, ids), range(2)))
    assert sorted(done) == [[], ids]
    assert [row.what for row in rows(tool, Event)].count("revoked") == len(CLASS)


def test_an_award_that_was_not_issued_yet_is_undone_too(tool, platform, rule_id):
    tool.clock.advance(days=1)
    late = [JANIS, learner(300)]
    platform.everyone.append(late[1])
    complete(tool, platform, rule_id, *late)
    earned_at, ids = batches(tool, rule_id)[0]
    undoing(tool, rule_id, earned_at, ids)()
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 1 + len(CLASS)
