"""Grades in the badge's own column, hand-typed ones and hidden ones among them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from lti_tool.awarding import looks, rule_changes
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule
from lti_tool.values import INSTRUCTOR, LineItem, LineItemResult
from tests.fixtures import ANNA, JANIS, NOW, TOMS, launch_of, make_rule


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
    return make_rule(tool, published, "line_item_results", minimum_score="0.6")


def graded(person, score, **changes):
    return LineItemResult(user_id=person.user_id, score=score and Decimal(score), **changes)


def look(tool, platform, rule_id):
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None


def awards(tool):
    with tool.store.read() as session:
        return {award.person.accounts[0].user_id: award.score for award in session.query(Award)}


def change(tool, rule_id, **values):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        for name, value in values.items():
            setattr(rule, name, value)


def test_a_grade_from_the_threshold_on_is_awarded_with_the_grade_as_evidence(tool, platform, rule_id):
    platform.graded = [graded(ANNA, "0.6", timestamp=NOW), graded(JANIS, "0.59")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal("0.6")}
    with tool.store.read() as session:
        award = session.query(Award).one()
    assert award.evidence["kind"] == "line_item_result"
    assert award.evidence["line_item"] == "https://moodle.example.org/items/4"
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


def test_the_grade_of_somebody_seen_teaching_is_left_out(tool, platform, rule_id):
    """Moodle lists a teaching assistant like any learner; only their own launch has shown the role."""
    with tool.store.begin() as session:
        registration = session.get_one(AwardRule, rule_id).course.registration_id
        launch = launch_of(TOMS, registration, roles=(INSTRUCTOR,))
        sessions.start_session(session, launch, tool.clock())
    platform.graded = [graded(TOMS, "1"), graded(ANNA, "1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}


def test_a_grade_hidden_until_a_date_is_awarded_on_that_date(tool, platform, rule_id, clock):
    change(tool, rule_id, not_before=NOW + timedelta(days=1))
    platform.graded = [graded(ANNA, "1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}
    clock.advance(days=1)
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}


def test_where_a_teacher_wants_to_tick_grades_wait_in_the_preview(tool, platform, rule_id):
    change(tool, rule_id, needs_tick=True)
    platform.graded = [graded(ANNA, "1"), graded(JANIS, "0.2")]
    look(tool, platform, rule_id)
    assert awards(tool) == {}
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        (waiting,) = queries.rules.waiting_sightings(session, rule)
        assert waiting.person.accounts[0].user_id == ANNA.user_id
        rule_changes.confirm_learners(session, rule, [waiting.person_id], None, tool.clock())
    assert awards(tool) == {"7": Decimal(1)}


def test_a_lower_grade_later_takes_nothing_away(tool, platform, rule_id):
    platform.graded = [graded(ANNA, "1")]
    look(tool, platform, rule_id)
    platform.graded = [graded(ANNA, "0.1")]
    look(tool, platform, rule_id)
    assert awards(tool) == {"7": Decimal(1)}


def test_a_column_that_was_deleted_is_told_to_the_teacher(tool, platform, rule_id):
    platform.line_items = lambda url: ()
    trouble = looks.look(tool.store, platform, rule_id, tool.clock())
    assert "column is no longer in the gradebook" in str(trouble)
