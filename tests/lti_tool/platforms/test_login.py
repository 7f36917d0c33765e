"""The login: from the platform's hint to its authorization address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.errors import LaunchError


def code_of(world, **parameters):
    with pytest.raises(LaunchError) as caught:
        world.login(**parameters)
    return caught.value.code


def test_the_browser_is_sent_on_with_all_that_a_platform_asks_for(world):
    answer = world.login(lti_message_hint='{"cmid":4,"launchid":"x"}')
    parts = urlsplit(answer.location)
    sent = {name: values for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://moodle.example/mod/lti/auth.php"
    assert sent.pop("state") == [answer.state]
    assert len(sent.pop("nonce")[0]) > 30
    assert sent == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
        "client_id": ["tool-1"],
        "redirect_uri": ["https://tool.example/lti/launch"],
        "login_hint": ["4"],
        "lti_message_hint": ['{"cmid":4,"launchid":"x"}'],
    }


def test_each_login_has_its_own_state_nonce_and_cookie(world):
    first, second = world.login(), world.login()
    assert first.state != second.state
    assert first.cookie_name != second.cookie_name
    assert first.cookie_name.startswith("__Host-")


def test_without_a_client_id_the_only_client_of_the_platform_is_meant(world):
    assert world.login(client_id="").location.count("client_id=tool-1") == 1


def test_without_a_client_id_two_clients_of_a_platform_are_one_too_many(world):
    world.registrations.append(replace(world.registrations[0], id=2, client_id="tool-2"))
    assert code_of(world, client_id="") == "unknown_platform"


def test_a_platform_nobody_registered_is_told_so(world):
    assert code_of(world, iss="https://stranger.example") == "unknown_platform"


@pytest.mark.parametrize("missing", ["iss", "login_hint"])
def test_a_login_without_what_it_must_have_is_refused(world, missing):
    assert code_of(world, **{missing: ""}) == "bad_login"


def test_a_target_on_another_site_is_refused(world):
    assert code_of(world, target_link_uri="https://evil.example/lti/launch") == "wrong_target"
    assert code_of(world, target_link_uri="https://tool.example@evil.example/") == "wrong_target"
    assert code_of(world, target_link_uri="http://tool.example/lti/launch") == "wrong_target"


def test_a_login_without_a_target_is_taken(world):
    assert world.login(target_link_uri="").state


def test_an_address_that_has_a_query_already_keeps_it(world):
    world.registrations[0] = replace(
        world.registrations[0], auth_login_url="https://lms.example/auth?tenant=A"
    )
    sent = parse_qs(urlsplit(world.login().location).query)
    assert sent["tenant"] == ["A"]
    assert sent["scope"] == ["openid"]


def test_the_storage_frame_of_canvas_is_remembered(world):
    world.registrations[0] = replace(
        world.registrations[0], auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect"
    )
    answer = world.login(lti_storage_target="post_message_forwarding")
    assert answer.storage_target == "post_message_forwarding"
    assert answer.auth_origin == "https://sso.canvaslms.com"
    arrival = world.post(answer, world.token(answer), cookies=False)
    assert (arrival.bound, arrival.storage_target) == (False, "post_message_forwarding")
    assert arrival.auth_origin == "https://sso.canvaslms.com"


def test_a_storage_frame_with_a_script_in_its_name_is_none(world):
    assert world.login(lti_storage_target="x');alert('1").storage_target is None
    assert world.login().storage_target is None


@pytest.mark.parametrize("name", ["05_login_init_deeplink.json", "05b_login_init_resource.json"])
def test_a_recorded_moodle_login_is_answered(world, recorded, name):
    form = recorded(f"moodle/{name}")["form"]
    world.registrations[0] = replace(
        world.registrations[0], platform_id=form["iss"], client_id=form["client_id"]
    )
    world.launch_url = "https://tool.badges.test:9443/launch"
    sent = parse_qs(urlsplit(world.login(**form).location).query)
    assert sent["lti_message_hint"] == [form["lti_message_hint"]]


def test_a_recorded_canvas_login_is_answered(world, recorded):
    form = recorded("canvas/oidc_login_initiation_form.json")
    world.registrations[0] = replace(
        world.registrations[0], platform_id=form["iss"], client_id=form["client_id"]
    )
    world.launch_url = "http://lti-13-test-tool.inst.test/launch"
    assert world.login(**form).storage_target == "post_message_forwarding"
