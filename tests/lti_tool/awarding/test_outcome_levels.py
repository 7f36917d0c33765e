"""A level of each outcome by the grades of its assessment: what was graded, once, and corrected by a teacher's act."""

from datetime import timedelta
from decimal import Decimal

import pytest

from badges.template.outcome_levels import ready_scale
from lti_tool.awarding import level_columns, looks, result_changes, stated_levels
from lti_tool.awarding.renewal import later_than
from lti_tool.errors import AwardStateError, NotAllowedError, PlatformError
from lti_tool.issuing.signed_content import signed_content
from lti_tool.observations import (
    ASSESSMENT_RESULT,
    BADGE_HELD,
    CONFIRMED,
    OUTCOME_LEVELS,
    Observation,
    Policy,
)
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, ObservationRow
from lti_tool.values import LineItem, LineItemResult
from tests.fixtures import ANNA, JANIS, NOW, ZANE, make_rule, publish, rows, run_due_jobs

OWN = LineItem(
    id="https://moodle.example.org/items/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1"
)
OUTCOMES = [
    {"text": {"en": "Plans", "lv": "Plāno"}, "assessed_by": "Plan"},
    {"text": {"en": "Builds", "lv": "Veido"}, "assessed_by": "Model"},
    {"text": {"en": "Explains", "lv": "Izskaidro"}},
]


class Gradebook:
    """The columns of a course, which the tool makes: the grades in each, from 0 to 1, by person."""

    def __init__(self, platform):
        self.items, self.grades, self.broken = [OWN], {OWN.id: {}}, {}
        platform.line_items = lambda url: tuple(self.items)
        platform.create_line_item = self.make
        platform.results = self.results

    def make(self, url, label, score_maximum, tag="", **about):
        item = LineItem(
            id=f"https://moodle.example.org/items/{len(self.items) + 10}",
            label=label,
            score_maximum=score_maximum,
            tag=tag,
        )
        self.items.append(item)
        self.grades[item.id] = {}
        return item

    def results(self, url):
        if url in self.broken:
            raise self.broken[url]
        return tuple(
            LineItemResult(user_id=who, score=score if score is None else Decimal(score))
            for who, score in self.grades[url].items()
        )

    def column(self, name):
        return next(each.id for each in self.items if each.label.startswith(name))

    def grade(self, name, person, score):
        self.grades[OWN.id if name == "own" else self.column(name)][person.user_id] = score


@pytest.fixture
def gradebook(platform):
    return Gradebook(platform)


@pytest.fixture
def rule_id(tool, gradebook):
    published = publish(tool, learning_outcomes=OUTCOMES, outcome_levels=ready_scale(None))
    return make_rule(tool, published, {"condition": "result_at_least", "minimum": "0.5"})


@pytest.fixture
def columns(tool, platform, rule_id):
    assert level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool)) is None


@pytest.fixture
def look(tool, platform, clock, rule_id):
    def look(minutes=10):
        clock.advance(minutes=minutes)
        assert looks.look(tool.store, platform, 1, clock()) is None
        clock.advance(minutes=2)
        run_due_jobs(tool)

    return look


def teacher(tool):
    with tool.store.read() as session:
        person = queries.people.person_of(session, 1, ZANE.user_id)
        return events.person(person.id if person else None)


def signed(tool):
    """By the name of the learner, (outcome, level) of what the badge in use says."""
    with tool.store.read() as session:
        return {
            award.person.name: [
                (each.outcome, each.level) for each in signed_content(award.credential.text).reached_levels
            ]
            for award in session.query(Award)
            if award.credential is not None
        }


def changes(tool):
    with tool.store.read() as session:
        return [
            (each.award.person.name, [(one.outcome, one.level) for one in each.levels or ()], each.seen_at)
            for each in result_changes.changes_in_course(session, 1, tool.clock())
        ]


def settle(tool, act, seen_at=None):
    ((_name, _levels, seen),) = changes(tool)
    with tool.store.begin() as session:
        (award,) = session.query(Award).all()
        act(session, award, (seen_at or seen).isoformat(), tool.clock(), teacher(tool))
    run_due_jobs(tool)


def test_each_outcome_gets_the_level_of_its_own_grade(tool, gradebook, columns, look):
    for person, plan, model in ((ANNA, "0.95", "0.5"), (JANIS, "0.7", None)):
        gradebook.grade("own", person, "0.8")
        gradebook.grade("Plan", person, plan)
        gradebook.grade("Model", person, model)
    look()
    assert signed(tool) == {"Anna Bērziņa": [(1, 3), (2, 1)], "Jānis Kalniņš": [(1, 2)]}
    kept = {award.person_id: award.outcome_levels for award in rows(tool, Award)}
    (annas,) = (each for each in kept.values() if len(each) == 2)
    assert [(each["by"], each["score"]) for each in annas] == [("grade", "0.95"), ("grade", "0.5")]


@pytest.mark.parametrize("score", [None, "0", "0.49", "0.4999"])
def test_no_grade_and_one_that_reaches_no_level_give_none_and_never_the_lowest(
    tool, gradebook, columns, look, score
):
    gradebook.grade("own", ANNA, "0.9")
    gradebook.grade("Plan", ANNA, score)
    look()
    assert signed(tool) == {"Anna Bērziņa": []}


def test_the_whole_grade_decides_no_level_where_each_outcome_has_its_own(tool, gradebook, columns, look):
    gradebook.grade("own", ANNA, "1")
    look()
    assert signed(tool) == {"Anna Bērziņa": []}
    (row,) = rows(tool, CredentialRow)
    assert "achievedLevel" not in row.text


def test_a_column_that_cannot_be_read_keeps_nobody_from_the_badge_and_is_told(
    tool, gradebook, columns, look, rule_id
):
    gradebook.broken[gradebook.column("Plan")] = NotOnPlatformError("gone")
    for name in ("own", "Model"):
        gradebook.grade(name, ANNA, "0.9")
    look()
    assert signed(tool) == {"Anna Bērziņa": [(2, 3)]}
    (rule,) = rows(tool, AwardRule)
    assert "no longer in the gradebook" in str(rule.trouble)


def test_a_grade_that_is_read_just_after_the_award_is_still_in_the_badge(
    tool, platform, gradebook, columns, clock
):
    """Whoever opens a restricted link is awarded at once; the look that follows reads what they were graded before."""
    gradebook.grade("own", ANNA, "0.9")
    assert looks.look(tool.store, platform, 1, clock()) is None
    run_due_jobs(tool)
    assert rows(tool, CredentialRow) == []
    gradebook.grade("Plan", ANNA, "0.9")
    clock.advance(seconds=20)
    assert looks.look(tool.store, platform, 1, clock()) is None
    clock.advance(minutes=2)
    run_due_jobs(tool)
    assert signed(tool) == {"Anna Bērziņa": [(1, 3)]}
    assert changes(tool) == []


def test_a_regrade_is_told_and_stated_only_by_a_teacher(tool, gradebook, columns, look):
    gradebook.grade("own", ANNA, "0.9")
    gradebook.grade("Plan", ANNA, "0.9")
    look()
    gradebook.grade("Plan", ANNA, "0.55")
    look()
    assert signed(tool) == {"Anna Bērziņa": [(1, 3)]}
    ((name, levels, seen_at),) = changes(tool)
    assert (name, levels) == ("Anna Bērziņa", [(1, 1)])
    with pytest.raises(AwardStateError):
        settle(tool, result_changes.take_over, seen_at - timedelta(minutes=1))
    settle(tool, result_changes.take_over)
    assert signed(tool) == {"Anna Bērziņa": [(1, 1)]}
    assert changes(tool) == []
    assert len([row for row in rows(tool, CredentialRow) if row.revoked_at is None]) == 1


def test_a_grade_that_comes_after_the_award_or_is_cleared_is_told_as_well(tool, gradebook, columns, look):
    gradebook.grade("own", ANNA, "0.9")
    look()
    gradebook.grade("Model", ANNA, "0.7")
    look()
    assert changes(tool)[0][:2] == ("Anna Bērziņa", [(2, 2)])
    settle(tool, result_changes.take_over)
    assert signed(tool) == {"Anna Bērziņa": [(2, 2)]}
    gradebook.grade("Model", ANNA, None)
    look()
    assert changes(tool)[0][:2] == ("Anna Bērziņa", [])
    settle(tool, result_changes.leave)
    assert changes(tool) == []
    assert signed(tool) == {"Anna Bērziņa": [(2, 2)]}


def test_a_regrade_within_the_same_level_is_no_change(tool, gradebook, columns, look):
    gradebook.grade("own", ANNA, "0.9")
    gradebook.grade("Plan", ANNA, "0.9")
    look()
    gradebook.grade("Plan", ANNA, "0.97")
    look()
    assert changes(tool) == []


def test_each_assessment_has_one_column_however_often_it_is_asked_for(
    tool, platform, gradebook, rule_id, columns
):
    made = [each.label for each in gradebook.items[1:]]
    assert [label.split(" – ")[0] for label in made] == ["Plan", "Model"]
    assert all(each.resource_link_id is None for each in gradebook.items[1:])
    with pytest.raises(NotAllowedError):
        level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool))
    # As if the process had died before it could note them.
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).outcome_columns = {}
    assert level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool)) is None
    assert len(gradebook.items) == 3


def test_where_the_platform_fails_half_way_what_was_made_is_kept(tool, platform, gradebook, rule_id):
    make = platform.create_line_item

    def fails_at_the_second(url, label, score_maximum, **about):
        if len(gradebook.items) == 2:
            raise PlatformError("no answer")
        return make(url, label, score_maximum, **about)

    platform.create_line_item = fails_at_the_second
    error = level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool))
    assert error is not None
    (rule,) = rows(tool, AwardRule)
    assert list(rule.outcome_columns) == ["Plan"]
    platform.create_line_item = make
    assert level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool)) is None
    assert len(gradebook.items) == 3
    made = [row.data for row in rows(tool, Event) if row.what == "level_columns_made"]
    assert made == [{"columns": 1}, {"columns": 1}]


@pytest.mark.parametrize("kind", [ASSESSMENT_RESULT, OUTCOME_LEVELS])
def test_how_well_somebody_did_is_no_occasion_for_a_further_badge(kind):
    held = Observation(course=1, person=7, kind=BADGE_HELD, value={}, seen_at=NOW, source="awards")
    later = {"course": 1, "person": 7, "seen_at": NOW + timedelta(days=9), "source": "x"}
    since = NOW + timedelta(days=1)
    new = Observation(kind=kind, value={"graded_at": None}, **later)
    assert later_than([held, new], since) == (new,)
    other = Observation(kind=CONFIRMED, value=True, **later)
    assert later_than([held, other], since) == (held, other)


def test_a_confirmation_that_is_refused_notes_no_level(tool, platform, gradebook, columns, look):
    look()
    with tool.store.begin() as session:
        rule = session.query(AwardRule).one()
        anna = queries.people.person_of(session, 1, ANNA.user_id).id
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        refused = stated_levels.confirm(session, rule, anna, {1: 3}, zane, Policy(), tool.clock()).refused
    assert refused == {anna: "not_open"}
    assert [row for row in rows(tool, ObservationRow) if row.kind == OUTCOME_LEVELS] == []
    assert "outcome_levels_stated" not in {row.what for row in rows(tool, Event)}


def test_what_a_teacher_said_of_an_outcome_counts_whatever_is_graded_then(tool, gradebook, columns, look):
    gradebook.grade("own", ANNA, "0.9")
    gradebook.grade("Plan", ANNA, "0.9")
    look()
    with tool.store.begin() as session:
        award = session.query(Award).one()
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        stated_levels.state(session, award, {1: None, 2: 2}, zane, Policy(), tool.clock())
    run_due_jobs(tool)
    assert signed(tool) == {"Anna Bērziņa": [(2, 2)]}
    gradebook.grade("Plan", ANNA, "0.55")
    gradebook.grade("Model", ANNA, "0.95")
    look()
    assert changes(tool) == []


def test_what_a_teacher_leaves_alone_in_the_form_is_still_decided_by_its_grade(
    tool, gradebook, columns, look
):
    """The form has every outcome: those that nobody changed there are no word of the teacher's."""
    gradebook.grade("own", ANNA, "0.9")
    gradebook.grade("Plan", ANNA, "0.9")
    look()
    with tool.store.begin() as session:
        award = session.query(Award).one()
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        stated_levels.state(session, award, {1: 3, 2: None, 3: 2}, zane, Policy(), tool.clock())
    run_due_jobs(tool)
    assert signed(tool) == {"Anna Bērziņa": [(1, 3), (3, 2)]}
    gradebook.grade("Plan", ANNA, "0.55")
    gradebook.grade("Model", ANNA, "0.95")
    look()
    assert changes(tool)[0][:2] == ("Anna Bērziņa", [(1, 1), (2, 3), (3, 2)])


def test_a_learner_who_is_confirmed_with_the_level_of_their_grade_has_it_by_the_grade(
    tool, platform, gradebook, columns, look, rule_id
):
    with tool.store.begin() as session:
        queries.rules.active_version(session, rule_id).tree = '{"condition":"confirmed"}'
    gradebook.grade("Plan", ANNA, "0.9")
    look()
    with tool.store.begin() as session:
        rule = session.query(AwardRule).one()
        anna = queries.people.person_of(session, 1, ANNA.user_id).id
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        stated_levels.confirm(session, rule, anna, {1: 3, 2: None, 3: 1}, zane, Policy(), tool.clock())
    look()
    assert signed(tool) == {"Anna Bērziņa": [(1, 3), (3, 1)]}
    assert [each["by"] for each in rows(tool, Award)[0].outcome_levels] == ["grade", "teacher"]
    gradebook.grade("Model", ANNA, "0.75")
    look()
    assert changes(tool)[0][:2] == ("Anna Bērziņa", [(1, 3), (2, 2), (3, 1)])


def test_a_renewed_badge_states_no_level_of_a_grade_that_was_given_for_the_one_before(
    tool, platform, gradebook, clock
):
    published = publish(
        tool, learning_outcomes=OUTCOMES, outcome_levels=ready_scale(None), validity={"months": 12}
    )
    rule_id = make_rule(tool, published, {"condition": "result_at_least", "minimum": "0.5"})
    level_columns.make_columns(tool.store, platform, rule_id, tool.clock(), teacher(tool))

    def look():
        assert looks.look(tool.store, platform, 1, clock.advance(minutes=10)) is None

    gradebook.grade("own", ANNA, "0.7")
    gradebook.grade("Plan", ANNA, "0.95")
    look()
    clock.advance(minutes=2)
    run_due_jobs(tool)
    clock.advance(days=350)
    gradebook.grade("own", ANNA, "0.8")
    look()
    first, second = rows(tool, Award)
    assert (second.renews_id, len(first.outcome_levels), second.outcome_levels) == (first.id, 1, [])
    # The badge waits for further grades: a look comes before it is issued.
    look()
    clock.advance(minutes=2)
    run_due_jobs(tool)
    assert [award.outcome_levels for award in rows(tool, Award)][1] == []
    look()
    assert changes(tool) == []
