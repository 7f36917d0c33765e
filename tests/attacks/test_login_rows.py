"""Nobody fills the database by logins, whether they name a registered platform or none."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.platforms.login_state import read_state
from lti_tool.store.models import Base, Event
from tests.amounts import amount
from tests.fixtures import ANNA, NEW_REGISTRATION, ZANE
from tests.lti_tool.web.conftest import FROM_ELSEWHERE

LOGINS = amount("logins that nobody finishes", small=60, full=2_000)


def rows(tool):
    """How many rows each table has."""
    with tool.store.read() as session:
        return {
            mapper.class_.__tablename__: session.query(mapper.class_).count()
            for mapper in Base.registry.mappers
        }


@pytest.mark.parametrize(
    "sent",
    [
        {"iss": NEW_REGISTRATION.platform_id, "client_id": NEW_REGISTRATION.client_id},
        {"iss": NEW_REGISTRATION.platform_id},
        {"iss": NEW_REGISTRATION.platform_id, "lti_storage_target": "_parent"},
    ],
)
def test_a_login_that_nobody_finishes_writes_nothing(school, web_tool, sent):
    before = rows(web_tool)
    for number in range(LOGINS):
        form = sent | {"login_hint": f"{number}", "lti_message_hint": f"{number}" * 50}
        assert school.browser.post("/lti/login", data=form, headers=FROM_ELSEWHERE).status_code < 400
    assert rows(web_tool) == before


@pytest.mark.parametrize(
    "sent",
    [
        {"iss": "https://stranger.example", "login_hint": "7"},
        {"iss": NEW_REGISTRATION.platform_id, "client_id": "another", "login_hint": "7"},
        {"iss": NEW_REGISTRATION.platform_id, "client_id": NEW_REGISTRATION.client_id},
        {},
    ],
)
def test_a_login_of_no_platform_writes_nothing_but_one_refusal_a_minute(school, web_tool, sent):
    before = rows(web_tool)
    for _ in range(LOGINS):
        assert school.browser.get("/lti/login", query_string=sent).status_code == 400
    assert rows(web_tool) == before | {Event.__tablename__: before[Event.__tablename__] + 1}


def test_a_launch_that_its_platform_has_not_signed_writes_no_mark(school, web_tool):
    login = school.login()
    form = school.form(ANNA, login)
    before = rows(web_tool)
    for end in range(LOGINS):
        forged = form | {"id_token": form["id_token"][:-8] + f"{end:08d}"}
        assert school.browser.post("/lti/launch", data=forged, headers=FROM_ELSEWHERE).status_code == 400
    assert rows(web_tool) == before | {Event.__tablename__: before[Event.__tablename__] + 1}
    # And the true one still gets in, once.
    assert school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE).status_code == 200
    assert school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE).status_code == 400


def spellings(state):
    """Other texts that a careless decoder takes for the same state."""
    return [
        state + "=",
        state + "==",
        state[:20] + "!" + state[20:],
        state[:20] + "\n" + state[20:],
        state.removeprefix("state-"),
        f"state-{state}",
        state + " ",
        *(state[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh-_" if letter != state[-1]),
    ]


def test_a_launch_works_once_in_every_spelling_of_its_state(school):
    form = school.form(ZANE, school.login())
    assert school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE).status_code == 200
    for state in spellings(form["state"]):
        again = school.browser.post("/lti/launch", data=form | {"state": state}, headers=FROM_ELSEWHERE)
        assert again.status_code == 400, state


def test_a_state_that_the_tool_did_not_sign_is_none(school, web_tool):
    state = parse_qs(urlsplit(school.login().headers["Location"]).query)["state"][0]
    for made_up in ["", "state-", "state-\x00", "state-\ud800", "x" * 100_000, *spellings(state), state[:-9]]:
        answer = school.browser.post(
            "/lti/launch",
            data={"state": made_up.encode("utf-8", "surrogatepass"), "id_token": "x"},
            headers=FROM_ELSEWHERE,
        )
        assert answer.status_code == 400, made_up[:50]
        assert read_state(made_up, web_tool.secret_key) is None, made_up[:50]


def test_a_login_is_too_old_after_ten_minutes(school, clock):
    form = school.form(ANNA, school.login(), exp=int(clock().timestamp()) + 3600)
    clock.advance(seconds=599)
    assert school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE).status_code == 200
    form = school.form(ANNA, school.login(), exp=int(clock().timestamp()) + 3600)
    clock.advance(seconds=600)
    assert school.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE).status_code == 400
