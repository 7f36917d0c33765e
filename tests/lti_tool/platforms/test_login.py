"""The login: from the platform's hint to its authorization address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.errors import LaunchError


def code_of(lti, **parameters):
    with pytest.raises(LaunchError) as caught:
        lti.login(**parameters)
    return caught.value.code


def test_the_browser_is_redirected_with_all_parameters_of_the_standard(lti):
    answer = lti.login(lti_message_hint='{"cmid":4,"launchid":"x"}')
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


def test_each_login_has_its_own_state_nonce_and_cookie(lti):
    first, second = lti.login(), lti.login()
    assert first.state != second.state
    assert first.cookie_name != second.cookie_name
    assert first.cookie_name.startswith("__Host-")


def test_without_a_client_id_the_only_client_of_the_platform_is_taken(lti):
    assert lti.login(client_id="").location.count("client_id=tool-1") == 1


def test_without_a_client_id_two_clients_of_a_platform_are_ambiguous(lti):
    lti.registrations.append(replace(lti.registrations[0], id=2, client_id="tool-2"))
    assert code_of(lti, client_id="") == "unknown_platform"


def test_an_unregistered_platform_has_its_own_code(lti):
    assert code_of(lti, iss="https://stranger.example") == "unknown_platform"


@pytest.mark.parametrize("missing", ["iss", "login_hint"])
def test_a_login_without_a_required_parameter_is_refused(lti, missing):
    assert code_of(lti, **{missing: ""}) == "bad_login"


def test_a_target_on_another_site_is_refused(lti):
    assert code_of(lti, target_link_uri="https://evil.example/lti/launch") == "wrong_target"
    assert code_of(lti, target_link_uri="https://tool.example@evil.example/") == "wrong_target"
    assert code_of(lti, target_link_uri="http://tool.example/lti/launch") == "wrong_target"


def test_a_login_without_a_target_is_accepted(lti):
    assert lti.login(target_link_uri="").state


def test_an_authorization_address_keeps_its_own_query(lti):
    lti.registrations[0] = replace(lti.registrations[0], auth_login_url="https://lms.example/auth?tenant=A")
    sent = parse_qs(urlsplit(lti.login().location).query)
    assert sent["tenant"] == ["A"]
    assert sent["scope"] == ["openid"]


def test_the_storage_frame_of_canvas_comes_with_the_launch(lti):
    lti.registrations[0] = replace(
        lti.registrations[0], auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect"
    )
    answer = lti.login(lti_storage_target="post_message_forwarding")
    assert answer.storage_target == "post_message_forwarding"
    assert answer.auth_origin == "https://sso.canvaslms.com"
    arrival = lti.post(answer, lti.token(answer), cookies=False)
    assert (arrival.bound, arrival.storage_target) == (False, "post_message_forwarding")
    assert arrival.auth_origin == "https://sso.canvaslms.com"


def test_a_frame_name_with_a_script_is_ignored(lti):
    assert lti.login(lti_storage_target="x');alert('1").storage_target is None
    assert lti.login().storage_target is None


@pytest.mark.parametrize("name", ["05_login_init_deeplink.json", "05b_login_init_resource.json"])
def test_a_recorded_moodle_login_is_answered(lti, recorded, name):
    form = recorded(f"moodle/{name}")["form"]
    lti.registrations[0] = replace(lti.registrations[0], platform_id=form["iss"], client_id=form["client_id"])
    lti.launch_url = "https://tool.badges.test:9443/launch"
    sent = parse_qs(urlsplit(lti.login(**form).location).query)
    assert sent["lti_message_hint"] == [form["lti_message_hint"]]


def test_a_recorded_canvas_login_is_answered(lti, recorded):
    form = recorded("canvas/oidc_login_initiation_form.json")
    lti.registrations[0] = replace(lti.registrations[0], platform_id=form["iss"], client_id=form["client_id"])
    lti.launch_url = "http://lti-13-test-tool.inst.test/launch"
    assert lti.login(**form).storage_target == "post_message_forwarding"
