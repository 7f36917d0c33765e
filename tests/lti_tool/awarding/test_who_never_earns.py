"""Test users, observers and copies of a platform earn nothing, whatever the platform has them as."""

import pytest

from lti_tool.awarding import looks
from lti_tool.awarding.decisions import decide_course
from lti_tool.awarding.ledger import Seen, append
from lti_tool.observations import COURSE_COMPLETED, Policy
from lti_tool.observations.roles import MEMBERSHIP, TEST_USER
from lti_tool.sources.found import Found
from lti_tool.store import queries
from lti_tool.store.models import Award, Course, RegistrationRow
from lti_tool.values import LEARNER
from tests.fixtures import ANNA, FakePlatform, complete, learner, make_rule, rows

COMPLETED = {
    "completed_at": "2026-11-20T09:00:00+00:00",
    "as_of": "",
    "waits": "",
    "criteria": [],
    "activities": [],
}
ONLOOKERS = {
    "test user": (LEARNER, TEST_USER),
    "observer": (f"{MEMBERSHIP}#Mentor",),
    "nobody in particular": (),
}


def platform_says(tool, *people):
    """The platform has these people as having completed the course."""
    with tool.store.begin() as session:
        ids = queries.people.person_ids(session, 1, [each.user_id for each in people])
        found = [Found(user_id=user_id, kind=COURSE_COMPLETED, value=COMPLETED) for user_id in ids]
        append(session, session.get_one(Course, 1), found, Seen(source="bell", at=tool.clock()), ids)
    decide_course(tool.store, 1, Policy(), tool.clock())


@pytest.mark.parametrize("roles", ONLOOKERS.values(), ids=ONLOOKERS.keys())
def test_who_only_looks_on_earns_nothing_until_they_are_a_learner(tool, published, clock, roles):
    make_rule(tool, published, {"condition": "course_completed"})
    somebody = learner(50, roles=roles)
    platform = FakePlatform(everyone=[ANNA, somebody])
    looks.look(tool.store, platform, 1, tool.clock())
    platform_says(tool, ANNA, somebody)
    assert len(rows(tool, Award)) == 1
    platform.everyone = [ANNA, learner(50)]
    clock.advance(minutes=10)
    looks.look(tool.store, platform, 1, tool.clock())
    decide_course(tool.store, 1, Policy(), tool.clock())
    assert len(rows(tool, Award)) == 2


@pytest.mark.parametrize(
    "copy", ["https://canvas.beta.instructure.com", "https://canvas.test.instructure.com"]
)
def test_a_copy_of_canvas_awards_nothing(tool, published, clock, copy):
    make_rule(tool, published)
    with tool.store.begin() as session:
        session.get_one(RegistrationRow, 1).platform_id = copy
    platform = FakePlatform()
    complete(tool, platform, 1, ANNA)
    platform_says(tool, ANNA)
    assert rows(tool, Award) == []
    with tool.store.begin() as session:
        session.get_one(RegistrationRow, 1).platform_id = "https://canvas.instructure.com"
    clock.advance(minutes=10)
    complete(tool, FakePlatform(), 1, ANNA)
    assert len(rows(tool, Award)) == 1
