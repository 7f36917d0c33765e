"""Grades in the badge's own column, hand-typed ones and hidden ones among them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lti_tool.awarding import confirmations, decisions, looks, rule_changes
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, ObservationRow
from lti_tool.values import INSTRUCTOR, LineItem, LineItemResult
from tests.fixtures import ANNA, JANIS, NOW, TOMS, ZANE, launch_of, make_rule


@pytest.fixture
def rule_id(tool, published, platform):
    platform.line_items = lambda url: (
        LineItem(id="https://moodle.example.org/items/9", label="Other", score_maximum=Decimal(10)),
        LineItem(
            id="https://moodle.example.org/items/4",
            label="Badge",
            score_maximum=Decimal(100),
            resource_link_id="1",
        ),
    )
    return make_rule(tool, published, {"condition": "result_at_least", "minimum": "0.6"})


def graded(person, score, **changes):
    return LineItemResult(user_id=person.user_id, score=score and Decimal(score), **changes)


def look(tool, platform, rule_id):
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None


def awards(tool):
    with tool.store.read() as session:
        return {award.person.accounts[0].user_id: award.score for award in session.query(Award)}


def demand(tool, rule_id, *demands):
    """Changes what the rule asks for beside the grade."""
    with tool.store.begin() as session:
        rule_changes.set_demands(session, session.get_one(AwardRule, rule_id), demands, None, tool.clock())


def waiting(tool, rule_id):
    """The ids of the people whom a teacher may confirm."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        version = queries.rules.active_version(session, rule_id)
        found = decisions.undecided_in_course(session, rule, version, tool.issuer.policy, tool.clock())
        return [each.person_id for each in found if each.decision.outcome == "question"]


def confirm(tool, rule_id, person_ids):
    with tool.store.begin() as session:
        by = queries.people.person_of(session, 1, ZANE.user_id)
        rule = session.get_one(AwardRule, rule_id)
        confirmations.confirm_learners(session, rule, person_ids, by.id, tool.issuer.policy, tool.clock())


def test_a_grade_from_the_minimum_on_is_awarded_with_what_was_seen(tool, platform, rule_id):
    platform.graded = [graded(ANNA, "0.6", timestamp=NOW), graded(JANIS, "0.59")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal("0.6")}
    with tool.store.read() as session:
        award = session.query(Award).one()
    assert (award.trace["code"], award.trace["values"]["score"]) == ("reached", "0.6")
    assert award.completed_at == NOW


def test_a_cleared_grade_and_a_zero_earn_nothing(tool, platform, rule_id):
    platform.graded = [graded(ANNA, None), graded(JANIS, "0")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}


def test_the_grade_of_someone_no_longer_in_the_course_is_left_out(tool, platform, rule_id):
    platform.everyone.remove(ANNA)
    platform.graded = [graded(ANNA, "1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}


def test_a_grade_hidden_until_a_date_is_awarded_on_that_date(tool, platform, rule_id, clock):
    demand(tool, rule_id, {"condition": "not_before", "at": (NOW + timedelta(days=1)).isoformat()})
    platform.graded = [graded(ANNA, "1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}
    clock.advance(days=1)
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}


def test_where_a_teacher_confirms_each_learner_grades_wait(tool, platform, rule_id):
    demand(tool, rule_id, {"condition": "confirmed"})
    platform.graded = [graded(ANNA, "1"), graded(JANIS, "0.2")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}
    (anna,) = waiting(tool, rule_id)
    confirm(tool, rule_id, [anna])
    assert awards(tool) == {"7": Decimal(1)}


def test_the_grade_of_an_assistant_waits_for_another_teacher(tool, platform, rule_id):
    """Moodle lists a teaching assistant like any learner; only their own launch has shown the role."""
    with tool.store.begin() as session:
        launch = launch_of(TOMS, 1, roles=(INSTRUCTOR,))
        sessions.start_session(session, launch, tool.clock())
    platform.graded = [graded(TOMS, "1"), graded(ANNA, "1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}
    confirm(tool, rule_id, waiting(tool, rule_id))
    assert awards(tool) == {"7": Decimal(1), "35": Decimal(1)}


def test_a_grade_that_is_changed_or_cleared_is_kept_in_the_ledger(tool, platform, rule_id, clock):
    for score in ("1", "0.1", None, None, "0.1"):
        platform.graded = [graded(ANNA, score)]
        clock.advance(minutes=10)
        look(tool, platform, rule_id)
    with tool.store.read() as session:
        values = [row.value for row in session.query(ObservationRow) if row.kind == "result"]
    assert [value and value["score"] for value in values] == ["1", "0.1", None, "0.1"]


def test_a_lower_grade_later_takes_nothing_away(tool, platform, rule_id):
    platform.graded = [graded(ANNA, "1")]
    look(tool, platform, rule_id)
    platform.graded = [graded(ANNA, "0.1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}


def test_a_column_that_was_deleted_is_told_to_the_teacher(tool, platform, rule_id):
    platform.line_items = lambda url: ()
    look(tool, platform, rule_id)
    with tool.store.read() as session:
        trouble = session.get_one(AwardRule, rule_id).trouble
    assert "column is no longer in the gradebook" in trouble["sentence"]
