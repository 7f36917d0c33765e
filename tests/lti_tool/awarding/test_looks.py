"""Looks, launches and ticks that meet each other, and what they leave."""

from dataclasses import replace

from lti_tool.awarding import launched, looks
from lti_tool.people import sessions
from lti_tool.platforms import registrations
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    LookRow,
    ObservationRow,
    Outbox,
    Person,
    PlatformAccount,
    RuleVersion,
)
from tests.amounts import amount
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    NEW_REGISTRATION,
    ZANE,
    FakePlatform,
    complete,
    launch_of,
    learner,
    make_rule,
    place_badge,
    publish,
    rows,
    run_due_jobs,
)

LEARNERS = amount("learners of a course that is looked at", small=50, full=2_000)
LOOKS = amount("looks that see nothing new", small=5, full=144)


def test_the_first_launches_of_a_course_may_come_at_once(tool_on_any_database):
    tool = tool_on_any_database
    template_id = publish(tool)
    with tool.store.begin() as session:
        registration = registrations.add(session, NEW_REGISTRATION, tool.clock())
        custom = place_badge(session, tool, registration.id, template_id, context_id="41")

    def arriving(person):
        def arrive():
            with tool.store.begin() as session:
                sessions.start_session(
                    session, launch_of(person, registration.id, custom=custom), tool.clock()
                )

        return arrive

    all_at_once(*(arriving(person) for person in (ZANE, ANNA, JANIS, ZANE, ANNA)))
    counts = [len(rows(tool, kind)) for kind in (Course, AwardRule, RuleVersion, Person, PlatformAccount)]
    assert counts == [2, 1, 1, 3, 3]
    assert [row.id for row in rows(tool, Outbox) if row.task == "look"] == ["look-2"]


def observed(tool, kind):
    return [row for row in rows(tool, ObservationRow) if row.kind == kind]


def test_looks_at_a_new_class_may_come_at_once(tool_on_any_database, platform):
    tool = tool_on_any_database
    course_id = make_rule(tool, publish(tool))
    platform.everyone += [learner(number) for number in range(100, 150)]

    def look():
        looks.look(tool.store, platform, course_id, tool.clock())

    all_at_once(look, look, look)
    assert len(observed(tool, "link_access")) == 53
    assert len({row.person_id for row in observed(tool, "link_access")}) == 53
    *earlier, last = [row.outcome for row in rows(tool, LookRow)]
    assert last == "answered"
    assert {*earlier} <= {"answered", "overtaken"}


def test_a_look_that_ends_after_a_later_one_has_begun_overwrites_nothing(tool, platform, course_id, clock):
    looks.look(tool.store, platform, course_id, clock())
    began_at = clock.advance(minutes=10)
    late = FakePlatform(everyone=list(platform.everyone), inside=list(platform.inside))
    platform.inside.append(ANNA)

    def members_late(url, resource_link_id=None):
        if resource_link_id is None:  # the later look begins and ends meanwhile
            looks.look(tool.store, platform, course_id, clock.advance(minutes=1))
        return FakePlatform.members(late, url, resource_link_id)

    late.members = members_late
    looks.look(tool.store, late, course_id, began_at)
    assert [row.outcome for row in rows(tool, LookRow)] == ["answered", "overtaken", "answered"]
    (last,) = [row for row in observed(tool, "link_access") if row.value == "open" and row.seen_at > began_at]
    assert last.seen_at == clock()
    assert len(rows(tool, Award)) == 1


def test_learners_may_open_the_link_during_a_look(tool_on_any_database, platform):
    tool = tool_on_any_database
    rule_id = make_rule(tool, publish(tool))
    people = [learner(number) for number in range(100, 106)]
    platform.everyone += people

    def opening(person):
        def open_link():
            with tool.store.begin() as session:
                sessions.start_session(session, launch_of(person, 1), tool.clock())
            with tool.store.begin() as session:
                known = queries.people.person_of(session, 1, person.user_id)
                rule = queries.rules.rule(session, rule_id)
                launched.opened(session, rule, known.id, tool.issuer.policy, tool.clock())

        return open_link

    all_at_once(
        lambda: looks.look(tool.store, platform, rule_id, tool.clock()),
        *(opening(person) for person in people),
    )
    assert len({row.person_id for row in observed(tool, "link_access")}) == 9
    assert len({row.person_id for row in observed(tool, "link_opened")}) == 6
    assert len(rows(tool, Person)) == len(rows(tool, PlatformAccount)) == 10


def test_looks_that_see_nothing_new_write_nothing_but_their_own_row(tool, platform, course_id, clock):
    """A course is looked at every ten minutes; only one learner in it comes in meanwhile."""
    platform.everyone += [learner(number) for number in range(1000, 1000 + LEARNERS)]
    for _ in range(3):
        looks.look(tool.store, platform, course_id, clock.advance(minutes=10))
    before = len(rows(tool, ObservationRow))
    for _ in range(LOOKS):
        looks.look(tool.store, platform, course_id, clock.advance(minutes=10))
    assert len(rows(tool, ObservationRow)) == before
    platform.inside.append(ANNA)
    looks.look(tool.store, platform, course_id, clock.advance(minutes=10))
    assert len(rows(tool, ObservationRow)) == before + 1
    assert len(rows(tool, LookRow)) == LOOKS + 4


def test_a_name_that_comes_with_a_later_member_list_ends_the_waiting(tool, platform, rule_id):
    nameless = replace(ANNA, name=None, email=None)
    platform.everyone = [nameless, JANIS]
    complete(tool, platform, rule_id, nameless)
    run_due_jobs(tool)
    looks.look(tool.store, platform, rule_id, tool.clock())
    assert [row for row in rows(tool, Outbox) if row.task == "issue"] == []

    platform.everyone = [ANNA, JANIS]
    looks.look(tool.store, platform, rule_id, tool.clock())
    run_due_jobs(tool)
    assert [award.status for award in rows(tool, Award)] == ["issued"]
