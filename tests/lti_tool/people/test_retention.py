"""What is kept of a course that goes on, however old it is."""

from lti_tool.store.models import LookRow, ObservationRow
from tests.fixtures import ANNA, complete, run_job


def test_the_hourly_sweep_deletes_nothing_of_the_ledger(tool, platform, course_id, clock):
    complete(tool, platform, course_id, ANNA)
    counts = {}
    for moment in ("before", "after"):
        with tool.store.read() as session:
            kinds = (ObservationRow, LookRow)
            counts[moment] = [session.query(kind).count() for kind in kinds]
        clock.advance(days=4000)
        run_job(tool, "sweep")
    assert counts["before"] == counts["after"]
