"""A person who is erased leaves the ledger, and nobody else does."""

from lti_tool import jobs
from lti_tool.people import erasure
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Event, LookRow, ObservationRow
from tests.fixtures import ANNA, JANIS, complete


def observed(tool, course_id):
    with tool.store.read() as session:
        return queries.observations.of_course(session, course_id)


def test_erasure_removes_what_was_observed_about_a_person_and_nothing_else(tool, platform, course_id):
    complete(tool, platform, course_id, ANNA, JANIS)
    before = observed(tool, course_id)
    with tool.store.begin() as session:
        anna = queries.people.person_of(session, 1, ANNA.user_id).id
        looks = session.query(LookRow).count()
        count = erasure.erase_observations(session, anna, tool.clock(), events.operator("root"))
    assert count == len(before[anna]) > 0
    assert observed(tool, course_id) == {person: own for person, own in before.items() if person != anna}
    with tool.store.read() as session:
        assert (session.query(Award).count(), session.query(LookRow).count()) == (2, looks)
        (act,) = queries.events.events(session, about=f"person:{anna}", what="observations_erased")
    assert (act.actor, act.data) == ("operator:root", {"observations": count})


def test_the_hourly_sweep_deletes_nothing_of_the_ledger(tool, platform, course_id, clock):
    complete(tool, platform, course_id, ANNA)
    counts = {}
    for moment in ("before", "after"):
        with tool.store.read() as session:
            kinds = (ObservationRow, LookRow, Event)
            counts[moment] = [session.query(kind).count() for kind in kinds]
        clock.advance(days=4000)
        jobs.run_job(tool, "sweep")
    assert counts["before"] == counts["after"]
