"""Whoever leaves has left: no page of that launch answers any more, and those of other launches go on."""

from __future__ import annotations

from lti_tool.people import operator_sessions
from lti_tool.store.models import Event
from tests.fixtures import ANNA, rows
from tests.lti_tool.web.conftest import hidden, text_of


def opened(school, token):
    return school.browser.post("/lti/app/learner", headers={"X-LTI-Launch": token}).status_code


def test_a_learner_leaves_from_the_page_and_only_that_launch_ends(school, annas_badge, web_tool):
    one, other = (school.launch(ANNA) for _ in range(2))
    assert 'action="/lti/app/leave?lang=' in one.text
    token, kept = hidden(one, "_launch"), hidden(other, "_launch")
    assert token != kept and opened(school, token) == 200
    left = school.browser.post("/lti/app/leave", data={"_launch": token})
    assert "You have left" in text_of(left) and "Anna" not in left.text
    assert "/lti/app/leave" not in left.text
    assert opened(school, token) == 403 and opened(school, kept) == 200
    (event,) = (each for each in rows(web_tool, Event) if each.what == "session_revoked")
    assert (event.why, event.actor_kind) == ("left", "person")


def test_who_has_left_cannot_leave_again(school, annas_badge):
    token = hidden(school.launch(ANNA), "_launch")
    school.browser.post("/lti/app/leave", data={"_launch": token})
    assert school.browser.post("/lti/app/leave", data={"_launch": token}).status_code == 403


def test_an_operator_leaves_the_editor(school, web_tool):
    values = web_tool.expiring_values
    one, other = (
        operator_sessions.start_operator_session(values, operator_sessions.invite_operator(values, "root"))
        for _ in range(2)
    )
    page = school.browser.post("/lti/app/templates", data={"_launch": one})
    assert 'action="/lti/app/leave?lang=' in page.text
    assert "You have left" in text_of(school.browser.post("/lti/app/leave", data={"_launch": one}))
    assert school.browser.post("/lti/app/templates", data={"_launch": one}).status_code == 403
    assert school.browser.post("/lti/app/templates", data={"_launch": other}).status_code == 200
