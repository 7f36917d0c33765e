"""A restricted link and its course, from the lists of the platform to the award; each story is one of a real course."""

import pytest

from lti_tool.awarding import confirmations, decisions, launched, looks, rule_changes
from lti_tool.conditions.page import Line, Statement
from lti_tool.errors import NotAllowedError, PlatformError
from lti_tool.observations import RESTRICTION_CONFIRMED
from lti_tool.people import sessions
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, Event, LaunchSession, Outbox, Person, Question
from lti_tool.values import INSTRUCTOR
from tests.amounts import amount
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    TOMS,
    ZANE,
    change_issuer,
    launch_of,
    learner,
    make_rule,
    place_badge,
    publish,
)

LARGE_COURSE = amount("learners of the largest course", small=200, full=5_000)


def look(tool, platform, course_id):
    return looks.look(tool.store, platform, course_id, tool.clock(), tool.issuer.policy)


def awarded(tool):
    """The learners who have an award, with the code of the last part of its trace."""
    with tool.store.read() as session:
        return {user_id_of(award.person): last_code(award.trace) for award in session.query(Award)}


def last_code(trace):
    return last_code(trace["parts"][-1]) if "parts" in trace else trace["code"]


def user_id_of(person):
    return person.accounts[0].user_id


def waiting(tool, rule_id):
    """The learners about whom a teacher is asked."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        version = queries.rules.active_version(session, rule_id)
        found = decisions.undecided_in_course(session, rule, version, tool.issuer.policy, tool.clock())
        ids = {each.person_id for each in found if each.decision.outcome == "question"}
        return {user_id_of(person) for person in queries.people.people(session, ids).values()}


def question(tool):
    """The user_ids of those whom the open question is about; None where none is open."""
    with tool.store.read() as session:
        row = queries.rules.open_question(session, 1)
        people = queries.people.people(session, {int(each) for each in row.people}).values() if row else ()
        return {user_id_of(person) for person in people} if row else None


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
            launched.opened(session, rule, row.id, tool.issuer.policy, tool.clock())


def confirm(tool, rule_id, *people, by=ZANE):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        ids = [queries.people.person_of(session, 1, person.user_id).id for person in people]
        by_id = queries.people.person_of(session, 1, by.user_id).id if by else None
        found = confirmations.confirm_learners(session, rule, ids, by_id, tool.issuer.policy, tool.clock())
        return set(found.refused.values())


def answer(tool, rule_id, said, *named, by=ZANE, question_id=1):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        ids = [queries.people.person_of(session, 1, person.user_id).id for person in named]
        by_id = queries.people.person_of(session, 1, by.user_id).id
        now = tool.clock()
        found = confirmations.answer_question(
            session, rule, question_id, said, ids, by_id, tool.issuer.policy, now
        )
        return found.first and found.first.answered_by.name


def test_a_learner_who_comes_inside_is_awarded_with_what_was_seen(tool, platform, rule_id, clock):
    look(tool, platform, rule_id)
    outside_at = clock()
    platform.inside.append(ANNA)
    inside_at = clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "came_in"}
    with tool.store.read() as session:
        seen = session.query(Award).one().trace["values"]
    assert (seen["closed_at"], seen["open_at"]) == (outside_at.isoformat(), inside_at.isoformat())


def test_an_assistant_listed_as_a_learner_is_never_awarded_unattended(tool, platform, rule_id, clock):
    for _ in range(3):
        look(tool, platform, rule_id)
        clock.advance(minutes=10)
    assert awarded(tool) == {}
    assert waiting(tool, rule_id) == {TOMS.user_id}


def test_a_learner_made_assistant_is_not_awarded_for_it(tool, platform, rule_id, clock):
    platform.inside.remove(TOMS)
    look(tool, platform, rule_id)
    opens(tool, rule_id, TOMS, roles=(INSTRUCTOR,))
    platform.inside.append(TOMS)  # an assistant passes every restriction
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    assert waiting(tool, rule_id) == {TOMS.user_id}


def test_who_was_seen_as_staff_stays_so_when_sessions_are_gone(tool, platform, rule_id, clock):
    platform.inside.remove(TOMS)
    look(tool, platform, rule_id)
    opens(tool, rule_id, TOMS, roles=(INSTRUCTOR,))
    with tool.store.begin() as session:
        session.query(LaunchSession).delete()
    platform.inside.append(TOMS)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}


def test_an_assistant_cannot_confirm_themselves(tool, platform, rule_id):
    look(tool, platform, rule_id)
    opens(tool, rule_id, TOMS, roles=(INSTRUCTOR,))
    assert confirm(tool, rule_id, TOMS, by=TOMS) == {"self"}
    assert awarded(tool) == {}
    assert confirm(tool, rule_id, TOMS, by=ZANE) == set()
    assert awarded(tool) == {"35": "confirmed"}
    with tool.store.read() as session:
        (award,) = session.query(Award)
        assert award.trace["parts"][0]["code"] == "staff_confirmed"


def test_the_institution_may_let_teachers_only_confirm(tool, platform, rule_id):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    opens(tool, rule_id, TOMS, roles=(INSTRUCTOR,))
    change_issuer(tool, awarding={"assistants_may_confirm": False})
    with pytest.raises(NotAllowedError):
        confirm(tool, rule_id, ANNA, by=TOMS)
    assert confirm(tool, rule_id, ANNA, by=ZANE) == set()
    assert awarded(tool) == {"7": "confirmed"}


def test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock):
    platform.inside = [ZANE]
    look(tool, platform, rule_id)
    platform.inside += [ANNA, JANIS, TOMS]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert (awarded(tool), question(tool)) == ({}, {"7", "8", "35"})


def test_the_answer_that_all_have_completed_awards_those_who_were_named(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    assert answer(tool, rule_id, "completed", ANNA, JANIS) is None
    assert awarded(tool) == {"7": "confirmed", "8": "confirmed"}
    look(tool, platform, rule_id)
    assert question(tool) == {"35"}


def test_the_answer_counts_only_for_people_who_are_still_inside_and_enrolled(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    platform.everyone.remove(JANIS)
    platform.everyone.append(PETERIS)
    platform.inside.append(PETERIS)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    answer(tool, rule_id, "completed", ANNA, JANIS)
    assert awarded(tool) == {"7": "confirmed"}


def test_the_answer_that_the_restriction_was_removed_awards_nobody(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    answer(tool, rule_id, "removed", ANNA, JANIS, TOMS)
    for inside in ([ZANE, ANNA, JANIS, TOMS], [ZANE], [ZANE]):
        platform.inside = inside
        clock.advance(minutes=10)
        look(tool, platform, rule_id)
        assert (awarded(tool), question(tool)) == ({}, None)
    platform.inside = [ZANE, ANNA]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "came_in"}


def test_of_two_teachers_who_answer_at_once_the_second_is_told_who_was_first(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    opens(tool, rule_id, TOMS, roles=(INSTRUCTOR,))
    answer(tool, rule_id, "removed", ANNA, JANIS)
    assert answer(tool, rule_id, "completed", ANNA, JANIS, by=TOMS) == "Zane Ozola"
    assert awarded(tool) == {}


def test_a_question_closes_by_itself_when_a_witness_appears(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    platform.everyone.append(PETERIS)
    for _ in range(2):
        clock.advance(minutes=10)
        look(tool, platform, rule_id)
    assert question(tool) is None
    assert awarded(tool) == {"7": "came_in", "8": "came_in", "35": "came_in"}
    with tool.store.read() as session:
        assert [row.why_closed for row in session.query(Question)] == ["nobody"]


def test_a_question_closes_when_the_link_is_restricted_again(tool, platform, rule_id, clock):
    test_a_class_that_passes_at_once_is_asked_about(tool, platform, rule_id, clock)
    platform.inside = [ZANE]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert (awarded(tool), question(tool)) == ({}, None)


def test_a_restriction_removed_with_one_learner_outside_awards_nobody(tool, platform, rule_id, clock):
    platform.inside = [ZANE]
    look(tool, platform, rule_id)
    platform.inside += [ANNA, TOMS]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert set(awarded(tool)) == {"7", "35"}
    platform.inside.append(JANIS)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert set(awarded(tool)) == {"7", "35"}
    assert question(tool) == {"8"}


def test_somebody_who_has_left_is_neither_offered_nor_confirmed(tool, platform, rule_id, clock):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert waiting(tool, rule_id) == {ANNA.user_id, TOMS.user_id}
    platform.everyone.remove(ANNA)
    platform.inside.remove(ANNA)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert waiting(tool, rule_id) == {TOMS.user_id}
    assert confirm(tool, rule_id, ANNA) == {"left"}
    assert awarded(tool) == {}
    with tool.store.read() as session:
        (refused,) = session.query(Event).filter_by(what="confirmation_refused")
        assert list(refused.data.values()) == ["left"]


def test_who_was_done_before_waits_for_the_teachers_word(tool, platform, rule_id):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    assert waiting(tool, rule_id) == {ANNA.user_id, TOMS.user_id}
    assert confirm(tool, rule_id, ANNA) == set()
    assert awarded(tool) == {"7": "confirmed"}
    assert waiting(tool, rule_id) == {TOMS.user_id}


def test_the_confirmation_of_someone_who_may_not_open_the_link_is_refused(tool, platform, rule_id):
    look(tool, platform, rule_id)
    assert confirm(tool, rule_id, JANIS) == {"not_open"}
    assert awarded(tool) == {}


def test_nobody_unknown_confirms(tool, platform, rule_id):
    look(tool, platform, rule_id)
    with pytest.raises(NotAllowedError):
        confirm(tool, rule_id, TOMS, by=None)


def test_who_was_done_before_is_awarded_by_their_own_launch(tool, platform, rule_id, clock):
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    look(tool, platform, rule_id)
    opens(tool, rule_id, ANNA)
    assert awarded(tool) == {"7": "opened"}


def test_a_launch_before_the_first_look_counts_once_the_restriction_is_seen_to_bind(tool, platform, rule_id):
    opens(tool, rule_id, ANNA)
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)
    assert awarded(tool) == {}
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "opened"}


def test_where_everyone_can_open_the_link_nobody_is_awarded_by_clicking(tool, platform, rule_id):
    platform.inside += [ANNA, JANIS]
    look(tool, platform, rule_id)
    opens(tool, rule_id, ANNA)
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
        assert session.get_one(Outbox, "look-1").due_at <= clock() + looks.WAIT_AFTER_OPENING
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "came_in"}


def test_a_platform_without_lists_is_named_and_an_opening_counts_once_a_teacher_confirms(
    tool, platform, clock
):
    rule_id = make_rule(tool, publish(tool), memberships_url=None)
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).course.memberships_url = None
    look(tool, platform, rule_id)
    opens(tool, rule_id, ANNA, memberships_url=None)
    with tool.store.read() as session:
        about_course = queries.observations.of_people(session, 1, [])[None]
        assert [each.value for each in about_course] == ["cannot_be_seen"]
    assert awarded(tool) == {}
    with tool.store.begin() as session:
        zane = queries.people.person_of(session, 1, ZANE.user_id)
        rule = session.get_one(AwardRule, rule_id)
        said = Statement(
            kind=RESTRICTION_CONFIRMED,
            resource=rule.link.link_id,
            value={"place": ""},
            told=Line(code="saved"),
        )
        confirmations.state(session, rule, said, zane.id, clock.advance(minutes=1))
    opens(tool, rule_id, ANNA, memberships_url=None)
    assert awarded(tool) == {"7": "opened_while_confirmed"}


def test_a_platform_that_refuses_the_list_of_a_link_is_treated_alike(tool, platform, rule_id):
    def members(url, resource_link_id=None):
        if resource_link_id is not None:
            raise PlatformError(
                "the platform rejected the request (status {status})", {"status": 400}, permanent=True
            )
        return tuple(platform.everyone)

    platform.members = members
    assert look(tool, platform, rule_id) is None
    with tool.store.read() as session:
        about_course = queries.observations.of_people(session, 1, [])[None]
        assert [each.value for each in about_course] == ["cannot_be_seen"]


def test_a_link_that_was_deleted_is_looked_at_three_times_and_no_more(tool, platform, rule_id):
    asked = []

    def members(url, resource_link_id=None):
        asked.append(resource_link_id)
        if resource_link_id is not None:
            raise NotOnPlatformError("the course, link or grade column no longer exists on the platform")
        return tuple(platform.everyone)

    platform.members = members
    for _ in range(5):
        assert look(tool, platform, rule_id) is None
    assert asked.count("1") == 3
    opens(tool, rule_id, ZANE)
    look(tool, platform, rule_id)
    assert asked.count("1") == 4


def test_a_paused_rule_asks_and_awards_nothing(tool, platform, rule_id):
    with tool.store.begin() as session:
        rule_changes.pause(session, session.get_one(AwardRule, rule_id), None, tool.clock())
    platform.trouble = PlatformError("asked although paused")
    assert look(tool, platform, rule_id) is None


def test_a_platform_that_does_not_answer_is_told_to_the_teacher_and_loses_nothing(
    tool, platform, rule_id, clock
):
    look(tool, platform, rule_id)
    platform.trouble = PlatformError("cannot reach moodle.example.org: because it does not answer")
    assert look(tool, platform, rule_id) is platform.trouble
    assert "cannot reach moodle.example.org" in rule_of(tool, rule_id).trouble["sentence"]
    platform.trouble = None
    platform.inside.append(ANNA)
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert awarded(tool) == {"7": "came_in"}
    assert rule_of(tool, rule_id).trouble is None


def test_one_look_reads_the_list_of_the_course_once_for_all_its_badges(tool, platform, rule_id, clock):
    asked = []
    original = platform.members

    def members(url, resource_link_id=None):
        asked.append(resource_link_id)
        return original(url, resource_link_id)

    with tool.store.begin() as session:
        template_id = queries.rules.active_version(session, rule_id).template_version.template_id
        custom = place_badge(session, tool, 1, template_id)
        launch = launch_of(ZANE, 1, resource_link_id="2", custom=custom)
        sessions.start_session(session, launch, tool.clock())
    platform.members = members
    look(tool, platform, 1)
    # The list of the course comes last, or whoever enrols in between would look like somebody outside.
    assert asked == ["1", "2", None]


def test_a_course_of_hundreds_is_looked_at_in_one_go(tool, platform, rule_id, clock):
    platform.everyone = [learner(number) for number in range(1000, 1000 + LARGE_COURSE)]
    look(tool, platform, rule_id)
    platform.inside = platform.everyone[: LARGE_COURSE - 1]
    clock.advance(minutes=10)
    look(tool, platform, rule_id)
    assert len(awarded(tool)) == LARGE_COURSE - 1
    with tool.store.read() as session:
        assert session.query(Person).count() >= LARGE_COURSE
