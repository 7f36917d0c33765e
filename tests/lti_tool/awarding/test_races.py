"""Looks, answers, confirmations and launches that meet each other, on both databases."""

import pytest
from sqlalchemy import text

from lti_tool.awarding import confirmations, decisions, launched, looks
from lti_tool.people import sessions
from lti_tool.store import outbox, queries
from lti_tool.store.models import Award, AwardRule, Event, ObservationRow, Question
from lti_tool.values import INSTRUCTOR
from tests.at_once import all_at_once
from tests.fixtures import ANNA, JANIS, TOMS, ZANE, launch_of, learner, make_rule, publish, rows

CLASS = [learner(number) for number in range(100, 112)]


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def asked_rule(tool, platform):
    """A rule whose class all came in at one look, so that its teachers are asked."""
    rule_id = make_rule(tool, publish(tool))
    platform.everyone = [ZANE, ANNA, JANIS, *CLASS]
    platform.inside = [ZANE]
    looks.look(tool.store, platform, rule_id, tool.clock())
    platform.inside = list(platform.everyone)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(TOMS, 1, roles=(INSTRUCTOR,)), tool.clock())
    return rule_id


def look(tool, platform, rule_id):
    return lambda: looks.look(tool.store, platform, rule_id, tool.clock(), tool.issuer.policy)


def ids_of(session, *people):
    return [queries.people.person_of(session, 1, person.user_id).id for person in people]


def answering(tool, rule_id, said, by, *named):
    def answer():
        with tool.store.begin() as session:
            (by_id,) = ids_of(session, by)
            found = confirmations.answer_question(
                session,
                session.get_one(AwardRule, rule_id),
                1,
                said,
                ids_of(session, *named),
                by_id,
                tool.issuer.policy,
                tool.clock(),
            )
            return found.first is None

    return answer


def confirming(tool, rule_id, by, *named):
    def confirm():
        with tool.store.begin() as session:
            (by_id,) = ids_of(session, by)
            rule, ids = session.get_one(AwardRule, rule_id), ids_of(session, *named)
            confirmations.confirm_learners(session, rule, ids, by_id, tool.issuer.policy, tool.clock())

    return confirm


def opening(tool, rule_id, person):
    def open_link():
        with tool.store.begin() as session:
            sessions.start_session(session, launch_of(person, 1), tool.clock())
        with tool.store.begin() as session:
            (person_id,) = ids_of(session, person)
            launched.opened(
                session, session.get_one(AwardRule, rule_id), person_id, tool.issuer.policy, tool.clock()
            )

    return open_link


def test_of_two_answers_at_once_one_counts(tool, platform, asked_rule):
    first = answering(tool, asked_rule, "completed", ZANE, *CLASS)
    second = answering(tool, asked_rule, "removed", TOMS)
    counted = all_at_once(first, second)
    assert sorted(counted) == [False, True]
    assert len(rows(tool, Award)) == (len(CLASS) if counted[0] else 0)
    assert [row.what for row in rows(tool, Event)].count("answered") == 1


def test_everybody_is_awarded_once_whatever_meets(tool, platform, asked_rule):
    tool.clock.advance(minutes=10)
    all_at_once(
        answering(tool, asked_rule, "completed", ZANE, *CLASS),
        look(tool, platform, asked_rule),
        look(tool, platform, asked_rule),
        confirming(tool, asked_rule, TOMS, *CLASS),
        *(opening(tool, asked_rule, person) for person in CLASS[:4]),
    )
    assert len(rows(tool, Award)) == len({row.person_id for row in rows(tool, Award)}) == len(CLASS)
    looks.look(tool.store, platform, asked_rule, tool.clock.advance(minutes=10), tool.issuer.policy)
    assert len(rows(tool, Award)) == len(CLASS)
    (still_open,) = [row for row in rows(tool, Question) if row.closed_at is None]
    assert len(still_open.people) == 2


def test_those_whom_an_answer_during_a_look_does_not_count_for_are_asked_about_again(
    tool, platform, asked_rule, monkeypatch
):
    decide = decisions._decide_in_parts
    answer = answering(tool, asked_rule, "completed", ZANE, *CLASS)

    def decide_and_answer(*words):
        decided = decide(*words)
        assert answer()
        return decided

    for _ in range(2):
        tool.clock.advance(minutes=10)
        look(tool, platform, asked_rule)()
    # So that the next look decides about one of them only.
    opening(tool, asked_rule, CLASS[0])()
    with monkeypatch.context() as patched:
        patched.setattr(decisions, "_decide_in_parts", decide_and_answer)
        looks.look(tool.store, platform, asked_rule, tool.clock.advance(minutes=10), tool.issuer.policy)
    looks.look(tool.store, platform, asked_rule, tool.clock.advance(minutes=10), tool.issuer.policy)
    (still_open,) = [row for row in rows(tool, Question) if row.closed_at is None]
    assert len(still_open.people) == 2


def test_a_learner_promoted_during_a_look_is_not_awarded_after_it(tool, platform, asked_rule):
    promoted = launch_of(CLASS[0], 1, roles=(INSTRUCTOR,))

    def promote():
        with tool.store.begin() as session:
            sessions.start_session(session, promoted, tool.clock())

    all_at_once(promote, look(tool, platform, asked_rule))
    all_at_once(answering(tool, asked_rule, "completed", CLASS[0], *CLASS), look(tool, platform, asked_rule))
    with tool.store.read() as session:
        (own,) = ids_of(session, CLASS[0])
    assert own not in {row.person_id for row in rows(tool, Award)}
    confirmed = [row for row in rows(tool, ObservationRow) if row.kind == "confirmed"]
    assert own not in {row.person_id for row in confirmed}


def test_nobody_who_opens_a_link_waits_for_others_who_do(tool_on_postgres):
    """A whole class may open it in one moment: nothing that all of them lock is locked against each other."""
    tool = tool_on_postgres
    make_rule(tool, publish(tool))
    for person in (ANNA, JANIS):
        with tool.store.begin() as session:
            sessions.start_session(session, launch_of(person, 1), tool.clock())
    with tool.store.begin() as first:
        sessions.start_session(first, launch_of(ANNA, 1), tool.clock())
        with tool.store.begin() as second:
            second.execute(text("SET LOCAL lock_timeout = '1s'"))
            sessions.start_session(second, launch_of(JANIS, 1), tool.clock())


def test_a_look_that_was_brought_forward_waits_for_what_was_seen(tool_on_postgres):
    """Otherwise it might run before that is committed, and the next one comes much later."""
    tool = tool_on_postgres
    make_rule(tool, publish(tool))
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
    later = tool.clock.advance(minutes=10)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), later)
        assert outbox.claim(tool.store, "looks", later) == []
    assert len(outbox.claim(tool.store, "looks", later)) == 1
