"""Who has shown that a restricted link binds them, and who waits for the teacher."""

from dataclasses import replace

from lti_tool.awarding import looks, rule_changes
from lti_tool.errors import PlatformError
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, Outbox, Person
from lti_tool.values import INSTRUCTOR
from tests.amounts import amount
from tests.fixtures import ANNA, JANIS, TOMS, ZANE, launch_of, learner

LARGE_COURSE = amount("learners of the largest course", small=200, full=5_000)


def look(tool, platform, rule_id):
    return looks.look(tool.store, platform, rule_id, tool.clock())


def awarded(tool):
    """The learners who have an award, with the kind of their evidence."""
    with tool.store.read() as session:
        return {award.person.accounts[0].user_id: award.evidence["kind"] for award in session.query(Award)}


def waiting(tool, rule_id):
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        return {
            sighting.person.accounts[0].user_id for sighting in queries.rules.waiting_sightings(session, rule)
        }


def rule_of(tool, rule_id):
    with tool.store.read() as session:
        return session.get_one(AwardRule, rule_id)


def opens(tool, rule_id, person, **changes):
    """The person's own launch of the link."""
    with tool.store.begin() as session:
        launch = launch_of(person, 1, **changes)
        sessions.start_session(session, launch, tool.clock())
        row = queries.people.person_of(session, 1, person.user_id)
        if launch.is_learner:
            rule = session.get_one(AwardRule, rule_id)
            looks.opened_by_learner(session, rule, row, tool.clock())


def test_a_learner_who_comes_inside_is_awarded_with_both_sightings_as_evidence(
    tool, platform, rule_id, clock
):
    look(tool, platform, rule_id)
    outside_at = clock()
    platform.inside.append(ANNA)
    inside_at = clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "transition"}
    with tool.store.read() as session:
        evidence = session.query(Award).one().evidence
    assert (evidence["outside_at"], evidence["inside_at"]) == (outside_at.isoformat(), inside_at.isoformat())


def test_an_assistant_listed_as_a_learner_is_never_awarded_unattended(tool, platform, rule_id, clock):
    for _ in range(3):
        look(tool, platform, rule_id)
        clock.advance(minutes=10)
    assert awarded(tool) == {}
    assert waiting(tool, rule_id) == {TOMS.user_id}


def test_an_assistants_own_launch_awards_nothing(tool, platform, rule_id):
    look(tool, platform, rule_id)
    opens(tool, rule_id, replace(TOMS, roles=(INSTRUCTOR,)))
    look(tool, platform, rule_id)
    assert awarded(tool) == {}


def test_someone_seen_teaching_earns_nothing_by_a_transition(tool, platform, rule_id, clock):
    platform.inside.remove(TOMS)
    look(tool, platform, rule_id)
    opens(tool, rule_id, replace(TOMS, roles=(INSTRUCTOR,)))
    platform.inside.append(TOMS)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}


def test_who_was_done_before_waits_for_the_teachers_tick(tool, platform, rule_id):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    assert waiting(tool, rule_id) == {ANNA.user_id, TOMS.user_id}
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        anna, zane = (queries.people.person_of(session, 1, person.user_id) for person in (ANNA, ZANE))
        rule_changes.confirm_learners(session, rule, [anna.id, 999], zane, tool.clock())
    assert awarded(tool) == {"7": "teacher_tick"}
    assert waiting(tool, rule_id) == {TOMS.user_id}


def test_the_tick_of_someone_who_may_not_open_the_link_is_passed_over(tool, platform, rule_id):
    look(tool, platform, rule_id)
    with tool.store.begin() as session:
        janis = queries.people.person_of(session, 1, JANIS.user_id)
        rule_changes.confirm_learners(
            session, session.get_one(AwardRule, rule_id), [janis.id], None, tool.clock()
        )
    assert awarded(tool) == {}


def test_who_was_done_before_is_awarded_by_their_own_launch(tool, platform, rule_id):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    opens(tool, rule_id, ANNA)
    assert awarded(tool) == {"7": "learner_launch"}


def test_a_launch_before_the_first_look_counts_once_the_restriction_is_seen_to_bind(tool, platform, rule_id):
    opens(tool, rule_id, ANNA)
    assert awarded(tool) == {}
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "learner_launch"}


def test_where_everyone_can_open_the_link_nobody_is_awarded_by_clicking(tool, platform, rule_id):
    platform.inside += [ANNA, JANIS]
    look(tool, platform, rule_id)
    opens(tool, rule_id, ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    assert rule_of(tool, rule_id).everyone_can_open


def test_a_restriction_that_is_taken_away_awards_nobody(tool, platform, rule_id, clock):
    look(tool, platform, rule_id)
    platform.inside += [ANNA, JANIS]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    assert rule_of(tool, rule_id).everyone_can_open
    assert waiting(tool, rule_id) == {ANNA.user_id, JANIS.user_id, TOMS.user_id}


def test_opening_a_link_that_was_just_opened_to_everyone_awards_nobody(tool, platform, rule_id, clock):
    look(tool, platform, rule_id)
    clock.advance(minutes=5)
    opens(tool, rule_id, ANNA)
    assert awarded(tool) == {}
    platform.inside += [ANNA, JANIS]
    look(tool, platform, rule_id)
    assert awarded(tool) == {}


def test_a_learner_who_comes_inside_and_opens_the_link_at_once_is_awarded_at_the_next_look(
    tool, platform, rule_id, clock
):
    look(tool, platform, rule_id)
    platform.inside.append(ANNA)
    clock.advance(minutes=5)
    opens(tool, rule_id, ANNA)
    with tool.store.read() as session:
        assert session.get_one(Outbox, f"poll-{rule_id}").due_at <= clock() + looks.WAIT_AFTER_OPENING
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "transition"}


def test_a_restriction_added_later_awards_those_who_come_in_afterwards(tool, platform, rule_id, clock):
    platform.inside += [ANNA, JANIS]
    look(tool, platform, rule_id)
    platform.inside = [ZANE, TOMS]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    platform.inside.append(ANNA)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "transition"}


def test_on_a_platform_that_cannot_show_it_a_teacher_may_confirm_the_restriction(tool, platform, rule_id):
    platform.inside += [ANNA, JANIS]
    look(tool, platform, rule_id)
    with tool.store.begin() as session:
        rule_changes.confirm_restriction(session.get_one(AwardRule, rule_id), tool.clock())
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    opens(tool, rule_id, ANNA)
    assert awarded(tool) == {"7": "learner_launch"}


def test_someone_who_left_the_course_keeps_waiting_for_nobody(tool, platform, rule_id, clock):
    look(tool, platform, rule_id)
    platform.everyone.remove(JANIS)
    clock.advance(minutes=10)
    assert look(tool, platform, rule_id) is None
    assert awarded(tool) == {}


def test_a_paused_rule_asks_and_awards_nothing(tool, platform, rule_id):
    with tool.store.begin() as session:
        rule_changes.pause(session.get_one(AwardRule, rule_id))
    platform.trouble = PlatformError("asked although paused")
    assert look(tool, platform, rule_id) is None


def test_a_platform_that_does_not_answer_is_told_to_the_teacher_and_loses_nothing(tool, platform, rule_id):
    look(tool, platform, rule_id)
    platform.trouble = PlatformError("cannot reach moodle.example.org: because it does not answer")
    assert look(tool, platform, rule_id) is platform.trouble
    assert "cannot reach moodle.example.org" in rule_of(tool, rule_id).trouble["sentence"]
    platform.trouble = None
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "transition"}
    assert rule_of(tool, rule_id).trouble is None


def test_a_course_of_hundreds_is_looked_at_in_one_go(tool, platform, rule_id):
    platform.everyone = [learner(number) for number in range(1000, 1000 + LARGE_COURSE)]
    look(tool, platform, rule_id)
    platform.inside = platform.everyone[: LARGE_COURSE - 1]
    look(tool, platform, rule_id)
    assert len(awarded(tool)) == LARGE_COURSE - 1
    with tool.store.read() as session:
        assert session.query(Person).count() >= LARGE_COURSE
