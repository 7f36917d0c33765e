"""Looks, launches and ticks that meet each other, and what they leave."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from lti_tool.awarding import looks
from lti_tool.people import sessions
from lti_tool.platforms import invitations
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, Course, Outbox, Person, Sighting
from tests.fixtures import (
    ANNA,
    JANIS,
    NEW_REGISTRATION,
    ZANE,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    run_due_jobs,
)


def rows(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).all()


def all_at_once(*deeds):
    """Starts the deeds in the same moment; raises what any of them raised."""
    ready = Barrier(len(deeds))

    def do(deed):
        ready.wait(10)
        deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(do, deeds))


def test_the_first_launches_of_a_course_may_come_at_once(tool_on_any_database):
    tool = tool_on_any_database
    custom = {"badge": publish(tool), "trigger": "gated_link"}
    with tool.store.begin() as session:
        registration = invitations.add_registration(session, NEW_REGISTRATION, tool.clock())

    def arriving(person):
        def arrive():
            with tool.store.begin() as session:
                sessions.start_session(
                    session, launch_of(person, registration.id, custom=custom), tool.clock()
                )

        return arrive

    all_at_once(*(arriving(person) for person in (ZANE, ANNA, JANIS, ZANE, ANNA)))
    counts = [len(rows(tool, kind)) for kind in (Course, AwardRule, Person)]
    assert counts == [1, 1, 3]
    assert [row.id for row in rows(tool, Outbox) if row.task == "poll"] == ["poll-1"]


def test_two_looks_at_a_new_class_may_come_at_once(tool_on_any_database, platform):
    tool = tool_on_any_database
    rule_id = make_rule(tool, publish(tool))
    platform.everyone += [learner(number) for number in range(100, 150)]

    def look():
        looks.look(tool.store, platform, rule_id, tool.clock())

    all_at_once(look, look, look)
    assert len(rows(tool, Sighting)) == 53


def test_learners_may_open_the_link_during_a_look(tool_on_any_database, platform):
    tool = tool_on_any_database
    rule_id = make_rule(tool, publish(tool))
    people = [learner(number) for number in range(100, 106)]
    platform.everyone += people
    with tool.store.begin() as session:
        for person in people:
            sessions.start_session(session, launch_of(person, 1), tool.clock())

    def opening(person):
        def open_link():
            with tool.store.begin() as session:
                known = queries.people.person_of(session, 1, person.user_id)
                looks.opened_by_learner(session, queries.rules.rule(session, rule_id), known, tool.clock())

        return open_link

    all_at_once(
        lambda: looks.look(tool.store, platform, rule_id, tool.clock()),
        *(opening(person) for person in people),
    )
    sightings = rows(tool, Sighting)
    assert len(sightings) == 9
    assert sum(sighting.opened_at is not None for sighting in sightings) == 6


def test_a_name_that_comes_with_a_later_member_list_ends_the_waiting(tool, platform, rule_id):
    nameless = replace(ANNA, name=None, email=None)
    platform.everyone = [nameless, JANIS]
    complete(tool, platform, rule_id, nameless)
    run_due_jobs(tool)
    looks.look(tool.store, platform, rule_id, tool.clock())
    assert [row.status for row in rows(tool, Outbox) if row.task == "issue"] == ["done"]

    platform.everyone = [ANNA, JANIS]
    looks.look(tool.store, platform, rule_id, tool.clock())
    run_due_jobs(tool)
    assert [award.status for award in rows(tool, Award)] == ["issued"]
