"""Whom a look decides about: those of whom something is new, and everybody where all decisions may be other ones."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from lti_tool.awarding import looks, placing, rule_changes
from lti_tool.conditions.tree import all_of
from lti_tool.observations import Policy
from lti_tool.people import sessions
from lti_tool.store.models import Award, AwardRule, Question
from tests.fixtures import ANNA, NOW, OPENED_TO_THEM, complete, launch_of, rows

MINUTES = {"minutes": 10}


def look(tool, platform, course_id, **later):
    looks.look(tool.store, platform, course_id, tool.clock.advance(**(later or MINUTES)), tool.issuer.policy)


@pytest.fixture
def decided(tool):
    """How many people's awards were asked for, by statement, since the list was cleared."""
    asked = []

    def remember(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT award.id, award.person_id"):
            asked.append(len(parameters) - 2)

    event.listen(tool.store.engine, "before_cursor_execute", remember)
    return asked


def test_only_people_of_whom_something_is_new_are_decided(tool, platform, rule_id, decided):
    look(tool, platform, rule_id)
    look(tool, platform, rule_id)
    assert sum(decided) > 0
    decided.clear()
    look(tool, platform, rule_id)
    assert decided == []
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert decided == [1]


def test_everybody_is_decided_once_a_day(tool, platform, rule_id, decided):
    for _ in range(3):
        look(tool, platform, rule_id)
    decided.clear()
    look(tool, platform, rule_id, days=1)
    assert decided == [len(platform.everyone)]


def test_a_date_that_comes_is_decided_by_the_next_look(tool, platform, rule_id):
    with tool.store.begin() as session:
        demands = [{"condition": "not_before", "at": (NOW + timedelta(hours=3)).isoformat()}]
        rule_changes.set_demands(session, session.get_one(AwardRule, rule_id), demands, None, NOW)
    complete(tool, platform, rule_id, ANNA)
    for _ in range(3):
        look(tool, platform, rule_id)
    assert rows(tool, Award) == []
    look(tool, platform, rule_id, hours=3)
    assert len(rows(tool, Award)) == 1


def test_an_opening_that_was_stored_before_its_decision_is_decided_by_the_next_look(tool, platform, rule_id):
    """The process was killed between the two."""
    own_opening = Policy(demands_own_opening=True)
    for inside in (platform.inside, [*platform.inside, ANNA], [*platform.inside, ANNA]):
        platform.inside = inside
        looks.look(tool.store, platform, rule_id, tool.clock.advance(**MINUTES), own_opening)
    assert rows(tool, Award) == []
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
    looks.look(tool.store, platform, rule_id, tool.clock.advance(**MINUTES), own_opening)
    assert len(rows(tool, Award)) == 1


def test_a_question_is_asked_again_after_a_change_was_declined(tool, platform, rule_id):
    look(tool, platform, rule_id)
    platform.inside = list(platform.everyone)
    look(tool, platform, rule_id)
    look(tool, platform, rule_id)
    (first,) = rows(tool, Question)
    assert first.closed_at is None
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        template = rule.versions[-1].template_version
        proposed = placing.add_version(
            session,
            rule,
            template,
            all_of([OPENED_TO_THEM]),
            reason="changed",
            by_id=None,
            now=tool.clock(),
        )
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        rule_changes.decline_change(session, rule, proposed.id, None, tool.clock())
    look(tool, platform, rule_id)
    print(
        [(q.id, q.closed_at, q.why_closed, q.people) for q in rows(tool, Question)],
        [r.decided for r in rows(tool, AwardRule)],
    )
    first, second = rows(tool, Question)
    assert (first.why_closed, second.closed_at) == ("changed", None)
    assert second.people == first.people
