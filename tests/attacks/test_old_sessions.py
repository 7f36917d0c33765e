"""A page that was opened as a teacher does not outlive the same person's return as a learner."""

from __future__ import annotations

import pytest

from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import LaunchSession
from lti_tool.values import LEARNER
from tests.fixtures import ANNA, ZANE
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of

AS_LEARNER = {CLAIM + "roles": [LEARNER]}


def opened(school, token, path="/lti/app/course"):
    return school.browser.post(path, data={"_launch": token})


@pytest.fixture
def teacher(school, course_rule):
    """The token of the page that Zane has opened as a teacher."""
    return hidden(school.launch(ZANE), "_launch")


def test_a_teachers_page_ends_when_the_same_person_comes_back_as_a_learner(school, teacher):
    assert opened(school, teacher).status_code == 200
    learner = hidden(school.launch(ZANE, **AS_LEARNER), "_launch")
    for path in ("/lti/app/course", "/lti/app/templates", "/lti/app/transcript"):
        page = opened(school, teacher, path)
        assert page.status_code == 403
        assert "You have come to the course as a learner" in text_of(page)
    # The page as a learner goes on, and so does a new one as a teacher.
    assert "You have come" not in text_of(opened(school, learner))
    assert opened(school, hidden(school.launch(ZANE), "_launch")).status_code == 200


def test_it_ends_nobody_elses_page_nor_that_of_another_course(school, teacher):
    other = hidden(school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "Another"}}), "_launch")
    school.launch(ANNA)
    assert opened(school, teacher).status_code == 200
    school.launch(ZANE, **AS_LEARNER)
    assert opened(school, other).status_code == 200


def test_the_end_is_an_event_without_names(school, teacher, web_tool):
    with web_tool.store.read() as session:
        ended = {sessions.name_of(row) for row in session.query(LaunchSession).filter_by(is_teacher=True)}
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
    school.launch(ZANE, **AS_LEARNER)
    school.launch(ZANE, **AS_LEARNER)
    with web_tool.store.read() as session:
        acts = list(queries.events.events(session, what="session_revoked"))
    assert {act.about for act in acts} == {f"session:{name}" for name in ended}
    assert len(acts) == len(ended)
    for act in acts:
        assert (act.actor, act.why) == (f"person:{zane}", "returned_as_learner")
        assert act.data == {"person": zane, "course": 1, "registration": 1}


def test_a_revoked_page_says_why_in_latvian_too(school, teacher, web_tool, clock):
    with web_tool.store.begin() as session:
        for row in sessions.running(session, clock()):
            sessions.revoke(session, row, clock(), sessions.events.operator("ieva"))
    page = school.browser.post(
        "/lti/app/course", data={"_launch": teacher}, headers={"Accept-Language": "lv"}
    )
    assert (page.status_code, "Šī lapa ir slēgta" in text_of(page)) == (403, True)
