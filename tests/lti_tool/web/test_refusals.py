"""Who is refused what is an event, with the number that the page shows."""

from __future__ import annotations

import re

import pytest

from lti_tool.errors import LaunchError
from lti_tool.people import operator_sessions
from lti_tool.store import queries
from lti_tool.web import refusals
from tests.fixtures import ANNA, ZANE
from tests.lti_tool.web.conftest import hidden, text_of


@pytest.fixture
def found(web_tool):
    """The events with a name: actor, about, why, data."""

    def found(what):
        with web_tool.store.read() as session:
            acts = queries.events.events(session, what=what)
            return [(act.actor, act.about, act.why, act.data) for act in acts]

    return found


def incident(page):
    return re.search(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){2}", text_of(page))[0]


def person(tool, member):
    with tool.store.read() as session:
        return f"person:{queries.people.person_of(session, 1, member.user_id).id}"


def test_somebody_of_the_wrong_role_is_recorded_each_time(school, course_rule, web_tool, found):
    token = hidden(school.launch(ANNA), "_launch")
    for _ in range(2):
        page = school.browser.post(f"/lti/app/rules/{course_rule}/pause", data={"_launch": token})
        assert page.status_code == 403
    anna, refused = person(web_tool, ANNA), found("refused")
    assert [each[:3] for each in refused] == [(anna, "page:rule_actions.pause", "not_allowed")] * 2
    assert refused[-1][3] == {"rule_id": str(course_rule), "incident": incident(page)}
    assert found("paused") == []


def test_a_refused_launch_is_recorded_once_a_minute_for_each_reason(school, clock, found):
    """Whoever is not known could otherwise fill the database."""
    for state in ("no such state", "nor this", ""):
        page = school.browser.post("/lti/launch", data={"state": state, "id_token": "x"})
        assert page.status_code == 400
    refused = found("launch_refused")
    assert [each[:3] for each in refused] == [
        ("unknown", "page:launch.launch", "unknown_state"),
        ("unknown", "page:launch.launch", "missing_state"),
    ]
    assert refused[-1][3] == {"incident": incident(page)}
    clock.advance(seconds=61)
    school.browser.post("/lti/launch", data={"state": "no such state", "id_token": "x"})
    assert len(found("launch_refused")) == 3


def test_a_session_that_is_over_is_no_refused_launch(school, found):
    assert school.browser.post("/lti/app/course", data={"_launch": "gone"}).status_code == 403
    assert found("launch_refused") == found("refused") == []


def test_a_platform_without_an_invitation_is_recorded(school, found):
    school.browser.get("/lti/register?code=a-secret-code&openid_configuration=https://elsewhere.example")
    ((actor, about, why, data),) = found("registration_refused")
    assert (actor, about, why) == ("unknown", "page:registration.registration_page", "registration_bad_code")
    assert data.keys() == {"incident"}


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(school, web_tool, monkeypatch, found):
    def fail(*_, **__):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(refusals.events, "record", fail)
    assert school.browser.post("/lti/launch", data={"state": "x", "id_token": "x"}).status_code == 400


def test_a_launch_is_an_event_with_how_it_was_bound(school, web_tool, course_rule, found):
    school.launch(ANNA)
    actor, about, why, data = found("launched")[-1]
    assert (actor, about, why) == (person(web_tool, ANNA), "registration:1", "cookie")
    assert data == {"course": 1, "rule": course_rule}


def test_a_launch_that_breaks_off_leaves_no_event(school, web_tool, monkeypatch, found):
    before = found("launched")

    def fail(*_):
        raise LaunchError("bad_token")

    monkeypatch.setattr("lti_tool.web.visits.set_page_issuer", fail)
    assert school.launch(ANNA).status_code == 400
    assert found("launched") == before
    assert [each[2] for each in found("launch_refused")] == ["bad_token"]


def test_the_operator_signs_in_by_the_account_that_printed_the_address(browser, web_tool, found):
    code = operator_sessions.invite_operator(web_tool.expiring_values, "ieva")
    page = browser.post("/lti/editor", data={"code": code})
    assert found("signed_in") == [("operator:ieva", "editor", "", {})]
    browser.post("/lti/app/templates/new", data={"_launch": hidden(page, "_launch")})
    assert found("template_begun")[-1][0] == "operator:ieva"
    assert browser.post("/lti/editor", data={"code": code}).status_code == 403
    assert [each[:3] for each in found("refused")] == [
        ("unknown", "page:template_list.start_operator_session", "not_allowed")
    ]


def test_what_a_teacher_does_names_the_teacher(school, web_tool, course_rule, annas_badge, found):
    token = hidden(school.launch(ZANE), "_launch")
    with web_tool.store.read() as session:
        award_id = queries.credentials.credential(session, annas_badge).award_id
    form = {"_launch": token, "confirmed": "yes", "reason": "Anna asked for it"}
    school.browser.post(f"/lti/app/awards/{award_id}/resend", data=form)
    school.browser.post(f"/lti/app/rules/{course_rule}/europass", data=form | {"rest": "yes"})
    school.browser.post(f"/lti/app/awards/{award_id}/revoke", data=form)
    zane = person(web_tool, ZANE)
    assert found("delivery_repeated") == [(zane, f"award:{award_id}", "", {})]
    assert found("revoked") == [(zane, f"award:{award_id}", "revoked", {})]


def test_what_a_learner_takes_away_is_an_event(school, web_tool, annas_badge, found):
    token = hidden(school.launch(ANNA), "_launch")
    school.browser.post("/lti/app/transcript", data={"_launch": token})
    school.browser.post(f"/lti/app/badges/{annas_badge}/europass", data={"_launch": token})
    anna = person(web_tool, ANNA)
    assert [each[:3] for each in found("exported")] == [
        (anna, anna, "transcript"),
        (anna, f"credential:{annas_badge}", "europass"),
    ]
    assert school.browser.get(f"/badges/{annas_badge}.pdf").status_code == 200
    assert len(found("exported")) == 2


def test_every_page_has_a_name_that_an_event_can_hold(app):
    assert max(len(rule.endpoint) for rule in app.url_map.iter_rules()) <= 100
