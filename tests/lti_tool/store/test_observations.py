"""What the ledger holds of whom."""

from sqlalchemy import select

from lti_tool.observations import Observation
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import LookRow, ObservationRow
from tests.fixtures import ANNA, ZANE, complete, launch_of, make_rule, publish


def test_it_holds_ids_and_neither_names_nor_addresses(tool, platform, course_id):
    complete(tool, platform, course_id, ANNA)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1), tool.clock())
    with tool.store.read() as session:
        held = [list(session.execute(select(kind.__table__))) for kind in (ObservationRow, LookRow)]
    assert all(held)
    for word in (*ANNA.name.split(), *ZANE.name.split(), "@"):
        assert word not in str(held)


def test_an_observation_may_be_of_a_person_outside_of_any_course(tool_on_any_database):
    tool = tool_on_any_database
    course_id = make_rule(tool, publish(tool))
    with tool.store.begin() as session:
        zane = queries.people.person_of(session, 1, ZANE.user_id)
        learnt = Observation(
            course=None, person=zane.id, kind="learnt", value=True, seen_at=tool.clock(), source="test"
        )
        queries.observations.add(session, [learnt])
    with tool.store.read() as session:
        assert session.query(ObservationRow).filter_by(course_id=None).one().person_id == zane.id
        own = queries.observations.of_people(session, course_id, [zane.id]).get(zane.id, ())
        assert "learnt" not in {each.kind for each in own}
