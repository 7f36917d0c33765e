"""The LMS registers tools as Moodle and Canvas do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TOOL = "http://tool.localhost:8000"
CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"


def test_the_administrator_adds_a_tool_and_it_is_active(moodle: Any) -> None:
    (tool,) = moodle.lms.campus.tools.values()
    assert tool.active
    assert tool.client_id == moodle.tool.registration["client_id"]
    assert moodle.tool.registration[CONFIGURATION]["deployment_id"] == tool.deployment_id


def test_a_tool_is_pending_until_activated(moodle: Any) -> None:
    register(moodle)
    assert [tool.active for tool in moodle.lms.campus.tools.values()] == [True, False]


def test_the_platform_configuration_of_moodle_is_the_recorded_one(moodle: Any, shared: Any) -> None:
    theirs = json.loads((shared / "data" / "moodle" / "01_openid_configuration_4.5.json").read_text())
    ours = moodle.tool.registration["platform"]
    platform = "https://purl.imsglobal.org/spec/lti-platform-configuration"
    assert set(ours) == set(theirs)
    for name in set(theirs) - {platform}:
        local = theirs[name]
        if isinstance(local, str):
            local = local.replace("https://moodle.lab.test:8443", "http://lms.localhost:8001")
        assert ours[name] == local
    assert ours[platform]["messages_supported"] == theirs[platform]["messages_supported"]


def test_the_answer_of_moodle_has_the_shape_of_the_recorded_one(moodle: Any, shared: Any) -> None:
    theirs = json.loads((shared / "data" / "moodle" / "04_registration_response.json").read_text())["body"]
    ours = {name: moodle.tool.registration[name] for name in theirs}
    assert set(ours[CONFIGURATION]) == set(theirs[CONFIGURATION])


def test_the_answer_of_moodle_names_a_scope_it_does_not_grant(unregistered: Any) -> None:
    setup = unregistered("moodle")
    setup.tool.scopes = (AGS + "result.readonly",)
    setup.register()
    (tool,) = setup.lms.campus.tools.values()
    assert AGS + "lineitem" in setup.tool.registration["scope"].split()
    assert tool.scopes == [AGS + "result.readonly"]


@pytest.mark.parametrize(
    ("without", "word"),
    [
        ("client_name", "missing required attribute client_name"),
        ("jwks_uri", "missing required attribute jwks_uri"),
        ("initiate_login_uri", "missing required attribute initiate_login_uri"),
        ("redirect_uris", "missing required attribute redirect_uris"),
        (CONFIGURATION, f"missing required attribute {CONFIGURATION}"),
    ],
)
def test_moodle_refuses_with_a_bare_code(moodle: Any, without: str, word: str) -> None:
    answer = register(moodle, without=without)
    assert answer.status_code == 400
    assert answer.text == word
    assert answer.headers["Content-Type"].startswith("text/html")


def test_moodle_requires_the_domain_of_the_target_link_uri(moodle: Any) -> None:
    wrong = {**moodle.tool.registration_request()[CONFIGURATION], "domain": "elsewhere.localhost"}
    assert register(moodle, None, **{CONFIGURATION: wrong}).text == "domain_targetlinkuri_mismatch"
    assert register(moodle, **{CONFIGURATION: {**wrong, "domain": ""}}).text == "missing_domain"


def test_a_registration_token_works_once(moodle: Any) -> None:
    token = registration_token(moodle)
    assert register(moodle, token).status_code == 200
    again = register(moodle, token)
    assert (again.status_code, again.text) == (401, "token_already_used")


def test_a_registration_token_that_is_old_or_garbage_is_refused(moodle: Any) -> None:
    garbage = register(moodle, "garbage")
    assert garbage.status_code == 404
    assert "<" in garbage.text
    token = registration_token(moodle)
    moodle.clock.advance(3601)
    assert register(moodle, token).status_code == 401


def test_canvas_gives_its_token_in_the_configuration_address_too(canvas: Any) -> None:
    start = canvas.app.test_client().get(f"/admin/tools/start?registration_url={TOOL}/register")
    query = parse_qs(urlsplit(start.headers["Location"]).query)
    where = query["openid_configuration"][0]
    assert where.startswith("http://canvas.localhost:8001/")
    assert parse_qs(urlsplit(where).query)["registration_token"] == query["registration_token"]


def test_canvas_refuses_what_it_does_not_know(canvas: Any) -> None:
    answer = register(canvas, scope="openid https://example.org/scope/unheard")
    assert answer.status_code == 422
    assert answer.json()["errors"] == ["Invalid scopes: https://example.org/scope/unheard"]
    unknown = {
        **canvas.tool.registration_request()[CONFIGURATION],
        "messages": [{"type": "LtiResourceLinkRequest", "placements": ["https://example.org/nowhere"]}],
        "custom_parameters": {"number": 1},
    }
    assert register(canvas, **{CONFIGURATION: unknown}).json()["errors"] == [
        "custom_parameters must be strings",
        "placement https://example.org/nowhere is unknown",
    ]


def test_canvas_takes_the_recorded_request(canvas: Any, shared: Any) -> None:
    request = json.loads((shared / "data" / "canvas" / "registration_request.json").read_text())
    answer = canvas.http.post(
        canvas.tool.registration["platform"]["registration_endpoint"],
        json=request,
        headers={"Authorization": f"Bearer {registration_token(canvas)}"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["deployment_id"].count(":") == 1


def registration_token(setup: Any) -> str:
    start = setup.app.test_client().get(f"/admin/tools/start?registration_url={TOOL}/register")
    return parse_qs(urlsplit(start.headers["Location"]).query)["registration_token"][0]


def register(setup: Any, token: str | None = None, *, without: str = "", **changes: Any) -> Any:
    payload = {**setup.tool.registration_request(), **changes}
    payload.pop(without, None)
    return setup.http.post(
        setup.tool.registration["platform"]["registration_endpoint"],
        json=payload,
        headers={"Authorization": f"Bearer {token or registration_token(setup)}"},
    )
