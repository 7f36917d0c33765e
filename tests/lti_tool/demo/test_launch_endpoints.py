"""The LMS begins and answers launches as Moodle and Canvas do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


def test_anna_sees_the_tool_inside_her_activity(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=None)
    assert "Hello Anna Bērziņa" in moodle.robot.open_activity("Anna", activity).html


def test_an_id_token_of_moodle_lives_sixty_seconds_and_verifies_with_the_published_key(moodle: Any) -> None:
    moodle.launch("Anna", moodle.place_badge(minimum_percent=None))
    token = moodle.tool.responses[-1]["id_token"]
    published = jwt.PyJWKSet.from_dict(
        moodle.http.get(moodle.tool.registration["platform"]["jwks_uri"]).json()
    )
    key = published[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        ["RS256"],
        audience=moodle.tool.registration["client_id"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["exp"] - claims["iat"] == 60
    assert claims["nonce"] == "nonce-1"


@pytest.mark.parametrize(
    ("recorded", "person"), [("08_id_token_student.json", "Anna"), ("09_id_token_teacher.json", "Zane")]
)
def test_a_launch_of_moodle_has_the_claims_of_the_recorded_one(
    moodle: Any, shared: Any, recorded: str, person: str
) -> None:
    theirs = json.loads((shared / "data" / "moodle" / recorded).read_text())["claims"]
    ours = moodle.launch(person, moodle.place_badge(minimum_percent=None, lineItem={"scoreMaximum": 50}))
    basic_outcome = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
    assert set(ours) == set(theirs) - {basic_outcome}
    for name, theirs_value in theirs.items():
        if isinstance(theirs_value, dict) and name not in (basic_outcome, CLAIM + "custom"):
            assert set(ours[name]) == set(theirs_value), name
        if name in ours:
            assert type(ours[name]) is type(theirs_value), name


def test_a_launch_of_canvas_has_the_claims_of_the_captured_one(canvas: Any, shared: Any) -> None:
    theirs = json.loads((shared / "data" / "canvas" / "launch_assignment_id_token.json").read_text())[
        "claims"
    ]
    ours = canvas.launch("Anna", canvas.place_badge(minimum_percent=None, lineItem={"scoreMaximum": 50}))
    missing = set(theirs) - set(ours)
    assert missing <= {CLAIM + "platformnotificationservice", "picture", "errors"}
    assert set(ours[AGS]) == set(theirs[AGS])


def test_the_first_deep_linking_launch_of_moodle_has_no_member_list(moodle: Any) -> None:
    moodle.place_badge()
    first = jwt.decode(moodle.tool.responses[0]["id_token"], options={"verify_signature": False})
    assert NRPS not in first
    moodle.place_badge()
    second = jwt.decode(moodle.tool.responses[1]["id_token"], options={"verify_signature": False})
    assert NRPS in second


def test_moodle_begins_a_launch_by_post_without_platform_storage(moodle: Any) -> None:
    moodle.launch("Anna", moodle.place_badge(minimum_percent=None))
    assert set(moodle.tool.logins[-1]) == {
        "iss", "target_link_uri", "login_hint", "lti_message_hint", "client_id", "lti_deployment_id",
    }  # fmt: skip


def test_canvas_names_its_storage_frame_and_another_issuer(canvas: Any) -> None:
    claims = canvas.launch("Anna", canvas.place_badge(minimum_percent=None))
    assert canvas.tool.logins[-1]["lti_storage_target"] == "post_message_forwarding"
    assert canvas.tool.responses[-1]["lti_storage_target"] == "post_message_forwarding"
    assert claims["iss"] == "http://canvas.localhost:8001"
    assert claims[NRPS]["context_memberships_url"].startswith("http://lms.localhost:8001/")
    assert claims["azp"] == claims["aud"]


def test_a_message_hint_works_once_in_moodle(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=None)
    moodle.launch("Anna", activity)
    again = moodle.robot.open(_authorize(moodle))
    assert again.status == 404
    assert "already used" in again.text


def test_canvas_tells_the_tool_that_a_launch_was_used(canvas: Any) -> None:
    canvas.launch("Anna", canvas.place_badge(minimum_percent=None))
    canvas.robot.follow(canvas.robot.open(_authorize(canvas)))
    assert canvas.tool.responses[-1]["error"] == "launch_no_longer_valid"
    assert canvas.tool.responses[-1]["state"] == "state-1"


def test_canvas_names_what_is_missing_from_the_request(canvas: Any) -> None:
    canvas.launch("Anna", canvas.place_badge(minimum_percent=None))
    canvas.robot.follow(canvas.robot.open(_authorize(canvas, nonce="")))
    assert canvas.tool.responses[-1]["error_description"] == "The following parameters are missing: nonce"


@pytest.mark.parametrize(
    "redirect_uri", ["http://tool.localhost:8000/launch?x", "http://evil.localhost/launch"]
)
def test_moodle_answers_only_to_an_address_registered_exactly(moodle: Any, redirect_uri: str) -> None:
    login = _login(moodle)
    page = moodle.robot.open(_authorize(moodle, login, redirect_uri=redirect_uri))
    assert page.status == 404
    assert not page.forms or "redirect_uri" in page.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "openid profile"}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"login_hint": "99"}, "access_denied"),
        ({"client_id": "other"}, "unauthorized_client"),
    ],
)
def test_moodle_refuses_other_requests_by_an_error_form(
    moodle: Any, change: dict[str, str], error: str
) -> None:
    login = _login(moodle)
    moodle.robot.follow(moodle.robot.open(_authorize(moodle, login, **change)))
    assert moodle.tool.responses[-1]["error"] == error


def test_moodle_submits_the_request_again_when_its_lax_cookie_was_not_sent(moodle: Any) -> None:
    login = _login(moodle)
    without_cookie = moodle.app.test_client()
    page = without_cookie.get(_authorize(moodle, login).removeprefix("http://lms.localhost:8001"))
    assert 'name="repost" value="1"' in page.text
    assert "Set-Cookie" not in page.headers
    assert page.text.count("<form") == 1


def test_the_cookie_is_lax_in_moodle_and_none_in_canvas(moodle: Any, canvas: Any) -> None:
    assert "SameSite=Lax" in moodle.app.test_client().get("/").headers["Set-Cookie"]
    assert "Secure" in canvas.app.test_client().get("/").headers["Set-Cookie"]
    assert "SameSite=None" in canvas.app.test_client().get("/").headers["Set-Cookie"]


def test_custom_variables_are_replaced_and_unknown_ones_stay_literal(moodle: Any, canvas: Any) -> None:
    for setup in (moodle, canvas):
        custom = setup.launch("Anna", setup.place_badge(minimum_percent=None))[CLAIM + "custom"]
        anna = next(person for person in setup.lms.campus.people.values() if person.given == "Anna")
        assert custom["who"] == setup.lms.product.person_id(anna)
        assert custom["unknown"] == "$Foo.bar"
        assert custom["badge"] == "b1"


def test_the_username_is_said_as_each_product_does(moodle: Any, canvas: Any) -> None:
    ours = moodle.launch("Anna", moodle.place_badge(minimum_percent=None))
    assert ours[CLAIM + "ext"]["user_username"] == "anna.berzina"
    url = canvas.place_badge(minimum_percent=None, custom={"login": "$Canvas.user.loginId"})
    assert canvas.launch("Anna", url)[CLAIM + "custom"]["login"] == "anna.berzina"


def test_canvas_leaves_its_own_sourced_ids_literal(canvas: Any) -> None:
    claims = canvas.launch("Anna", canvas.place_badge(minimum_percent=None))
    assert claims[CLAIM + "lis"]["person_sourcedid"] == "$Person.sourcedId"


def test_canvas_adds_roles_of_the_whole_institution(canvas: Any) -> None:
    roles = canvas.launch("Anna", canvas.place_badge(minimum_percent=None))[CLAIM + "roles"]
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner" in roles
    assert "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student" in roles


def test_an_assistant_launches_as_instructor_in_moodle(moodle: Any) -> None:
    roles = moodle.launch("Roberts", moodle.place_badge())[CLAIM + "roles"]
    assert roles == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]


def test_anna_cannot_open_a_restricted_link_before_she_reaches_the_total(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=60)
    assert not moodle.robot.may_open("Anna", activity)
    assert moodle.robot.may_open("Zane", activity)
    moodle.robot.type_grades("Data Literacy", "Anna", "20", column="Quiz")
    assert moodle.robot.may_open("Anna", activity)
    assert not moodle.robot.may_open("Jānis", activity)


def test_a_key_can_be_changed_and_the_old_one_stays_published(canvas: Any) -> None:
    activity = canvas.place_badge(minimum_percent=None)
    canvas.launch("Anna", activity)
    before = jwt.get_unverified_header(canvas.tool.responses[-1]["id_token"])["kid"]
    canvas.robot.become("Ieva")
    canvas.robot.submit(canvas.robot.open("http://lms.localhost:8001/admin/tools").form("rotate"))
    canvas.launch("Anna", activity)
    after = jwt.get_unverified_header(canvas.tool.responses[-1]["id_token"])["kid"]
    published = canvas.http.get(canvas.tool.registration["platform"]["jwks_uri"])
    assert before != after
    assert {before, after} <= {key["kid"] for key in published.json()["keys"]}
    assert "max-age" in published.headers["Cache-Control"]


def _login(setup: Any) -> dict[str, str]:
    """A launch that was begun and not yet answered."""
    setup.place_badge(minimum_percent=None)
    setup.robot.become("Anna")
    form = setup.robot.open(f"http://lms.localhost:8001/launch/activity/{setup.link.id}").forms[0]
    login: dict[str, str] = form.data()
    return login


def _authorize(setup: Any, login: dict[str, str] | None = None, **changes: str) -> str:
    login = login or setup.tool.logins[-1]
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": "http://tool.localhost:8000/launch",
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
        "state": "state-1",
        "nonce": "nonce-1",
        **changes,
    }
    return f"{setup.tool.registration['platform']['authorization_endpoint']}?{urlencode(parameters)}"
