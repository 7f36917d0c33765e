"""Dynamic Registration with Moodle and Canvas, and what the tool publishes of itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lti_tool.errors import RegistrationError
from lti_tool.outgoing import Outgoing
from lti_tool.platforms import REGISTRATION_CODES, notices
from lti_tool.platforms.dynamic_registration import register
from lti_tool.platforms.platform_configuration import fetch_configuration
from lti_tool.platforms.tool_configuration import (
    SCOPES,
    ToolNames,
    canvas_configuration,
    registration_request,
)
from lti_tool.platforms.tool_keys import jwks, new_tool_key

TOOL = "https://tool.example"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
URL = "https://lms.example/openid-configuration"
OFFER = {
    "issuer": "https://lms.example",
    "registration_endpoint": "https://school.example/register",
    "authorization_endpoint": "https://sso.example/auth",
    "token_endpoint": "https://sso.example/token",
    "jwks_uri": "https://sso.example/jwks",
    "scopes_supported": [*SCOPES, "openid"],
    "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
    PLATFORM_CONFIGURATION: {
        "product_family_code": "lms",
        "messages_supported": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
        ],
        "variables": ["Context.id.history"],
    },
}


@pytest.fixture
def offer(network):
    """Makes the platform say of itself what it is given."""

    def said(changes=None, url=URL, **more):
        body = OFFER | (changes or {}) | more
        network.remove("GET", url)
        network.on("GET", url, {name: value for name, value in body.items() if value is not None})

    return said


def refusal(network, url=URL, token="t"):
    with pytest.raises(RegistrationError) as caught:
        register(url, token, TOOL, network)
    assert caught.value.code in REGISTRATION_CODES
    return caught.value.code


def sent(network):
    return json.loads(next(call.data for call in network.calls if call.method == "POST"))


# --- Moodle


@pytest.fixture
def moodle(network, recorded):
    """Registers with the recorded Moodle; gives the registration and what was sent."""
    url = "https://moodle.lab.test:8443/mod/lti/openid-configuration.php"
    network.on("GET", url, recorded("moodle/01_openid_configuration_4.5.json"))
    answer = recorded("moodle/04_registration_response.json")
    network.on(
        "POST",
        "https://moodle.lab.test:8443/mod/lti/openid-registration.php",
        answer["body"],
        headers=answer["headers"],
    )
    return register(url, "the-token", TOOL, network), sent(network)


def test_moodle_gives_a_client_and_a_deployment(moodle):
    made, _ = moodle
    assert (made.platform_id, made.client_id) == ("https://moodle.lab.test:8443", "NTZWiY3XRmdByvO")
    assert made.deployment_id == "1"
    assert made.auth_login_url == "https://moodle.lab.test:8443/mod/lti/auth.php"
    assert made.auth_token_url == "https://moodle.lab.test:8443/mod/lti/token.php"
    assert made.jwks_url == "https://moodle.lab.test:8443/mod/lti/certs.php"
    assert (made.product, made.name) == ("moodle", "moodle.lab.test")
    assert made.embed_origins == ("https://moodle.lab.test:8443",)
    assert made.token_audience is None


def test_moodle_is_asked_for_no_more_than_it_offers_but_for_the_plugin_that_may_come_later(moodle):
    _, request = moodle
    tool = request[TOOL_CONFIGURATION]
    assert set(request["scope"].split()) == {"openid", *SCOPES} - {notices.SCOPE}
    assert tool["domain"] == "tool.example"
    assert set(tool["claims"]) == {"iss", "sub", "name", "given_name", "family_name", "email"}
    assert tool["custom_parameters"] == {
        "context_history": "$Context.id.history",
        "course_end": "$CourseSection.timeFrame.end",
        "timezone": "$Person.address.timezone",
        "completions": "$Nozimite.completions.url",
    }
    assert [message["type"] for message in tool["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert "placements" not in tool["messages"][0]
    assert tool["messages"][1]["placements"] == ["ContentArea"]
    assert not any(name.startswith(CANVAS) for name in tool)


def test_moodle_finds_all_that_it_demands(moodle):
    _, request = moodle
    assert request["redirect_uris"] == ["https://tool.example/lti/launch"]
    assert request["initiate_login_uri"] == "https://tool.example/lti/login"
    assert request["jwks_uri"] == "https://tool.example/lti/jwks.json"
    assert request["token_endpoint_auth_method"] == "private_key_jwt"
    assert "id_token" in request["response_types"]
    assert request[TOOL_CONFIGURATION]["target_link_uri"] == "https://tool.example/lti/launch"


def test_the_registration_token_is_sent_with_both_calls(network, moodle):
    assert {call.headers["Authorization"] for call in network.calls} == {"Bearer the-token"}


# --- Canvas


@pytest.fixture
def canvas(network, recorded):
    """Registers with the recorded Canvas; gives the registration and what was sent."""

    def registered(name, **answer):
        offered = recorded(f"canvas/openid_configuration_{name}.json")
        url = f"{offered['issuer']}/api/lti/security/openid-configuration?registration_token=t"
        network.on("GET", url, offered)
        made = recorded("canvas/registration_response.json") | answer
        network.on("POST", offered["registration_endpoint"], made)
        return register(url, "t", TOOL, network), sent(network)

    return registered


def test_hosted_canvas_has_three_hosts_and_that_is_right(canvas):
    made, _ = canvas("hosted")
    assert made.platform_id == "https://canvas.instructure.com"
    assert made.auth_login_url == "https://sso.canvaslms.com/api/lti/authorize_redirect"
    assert made.jwks_url == "https://sso.canvaslms.com/api/lti/security/jwks"
    assert made.deployment_id == "9:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"
    assert made.name == "Test University"


def test_canvas_wants_its_token_address_as_audience(canvas):
    assert canvas("hosted")[0].token_audience is None


def test_the_schools_own_pages_may_show_the_tool(canvas):
    origins = canvas("hosted")[0].embed_origins
    assert "https://school.instructure.com" in origins
    assert "https://*.instructure.com" in origins
    assert "https://*.canvaslms.com" in origins


def test_a_self_hosted_canvas_opens_the_tool_to_its_own_pages_only(canvas):
    assert canvas("selfhosted")[0].embed_origins == ("https://canvas.home.russfeld.me",)


def test_canvas_is_asked_for_placements_it_has(canvas):
    _, request = canvas("hosted")
    tool = request[TOOL_CONFIGURATION]
    link, choose = tool["messages"]
    assert link["placements"] == [CANVAS + "course_navigation"]
    assert link[CANVAS + "visibility"] == "members"
    assert choose["placements"] == ["ContentArea", CANVAS + "assignment_selection"]
    assert tool[CANVAS + "privacy_level"] == "public"
    assert tool["custom_parameters"]["canvas_masquerading_user_id"] == "$Canvas.masqueradingUser.id"
    assert all(isinstance(value, str) for value in tool["custom_parameters"].values())
    assert {"client_credentials", "implicit"} <= set(request["grant_types"])
    assert request["application_type"] == "web"


def test_canvas_may_give_no_deployment_yet(canvas):
    assert canvas("hosted", deployment_id=None)[0].deployment_id is None


# --- what is asked for


def test_a_scope_or_placement_that_is_not_offered_is_not_asked_for(network, offer):
    offer(
        scopes_supported=["openid", SCOPES[0]],
        claims_supported=["sub", "iss"],
        **{
            PLATFORM_CONFIGURATION: {
                "product_family_code": "canvas",
                "messages_supported": [
                    {"type": "LtiResourceLinkRequest", "placements": [CANVAS + "global_navigation"]},
                    {"type": "LtiDeepLinkingRequest", "placements": [CANVAS + "link_selection"]},
                ],
            }
        },
    )
    request = registration_request(TOOL, ToolNames(), fetch_configuration(URL, "t", network))
    tool = request[TOOL_CONFIGURATION]
    assert request["scope"] == f"openid {SCOPES[0]}"
    assert tool["claims"] == ["iss", "sub"]
    assert [message["type"] for message in tool["messages"]] == ["LtiDeepLinkingRequest"]
    assert tool["messages"][0]["placements"] == [CANVAS + "link_selection"]


def test_the_tools_name_and_icon_are_sent(network, offer):
    offer()
    names = ToolNames(name="Nozīmīte", icon_url="https://tool.example/icon.png")
    request = registration_request(TOOL, names, fetch_configuration(URL, None, network))
    assert request["client_name"] == "Nozīmīte"
    assert request["logo_uri"] == "https://tool.example/icon.png"


@pytest.mark.parametrize(
    ("product", "name"), [("moodle", "Nozimite badge"), ("Moodle", "Nozimite badge"), ("canvas", "Nozimite")]
)
def test_among_the_activities_of_moodle_its_name_says_what_it_is(network, offer, product, name):
    platform = OFFER[PLATFORM_CONFIGURATION] | {"product_family_code": product}
    offer(**{PLATFORM_CONFIGURATION: platform})
    request = registration_request(TOOL, ToolNames(), fetch_configuration(URL, None, network))
    assert request["client_name"] == name


def test_the_audience_that_brightspace_names_is_kept(network, offer):
    offer(authorization_server="https://api.brightspace.com/auth/token")
    assert fetch_configuration(URL, "t", network).token_audience == "https://api.brightspace.com/auth/token"


def test_without_a_token_no_token_is_sent(network, offer):
    offer()
    fetch_configuration(URL, None, network)
    assert "Authorization" not in network.calls[0].headers


# --- what is refused


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example/openid-configuration",
        "ftp://lms.example/",
        "https://u:p@lms.example/",
        "",
        "x",
        "https://",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(network, url):
    assert refusal(network, url) == "bad_address"
    assert network.calls == []


def test_a_configuration_that_names_another_issuer_is_refused(network, offer):
    offer(issuer="https://canvas.instructure.com")
    assert refusal(network) == "issuer_mismatch"
    offer(issuer="https://lms.example:8443")
    assert refusal(network) == "issuer_mismatch"
    offer(issuer="http://lms.example")
    assert refusal(network) == "issuer_mismatch"


@pytest.mark.parametrize(
    "name", ["registration_endpoint", "authorization_endpoint", "token_endpoint", "jwks_uri"]
)
def test_an_endpoint_that_is_missing_or_not_safe_is_refused(network, offer, name):
    offer({name: None})
    assert refusal(network) == "not_a_platform"
    offer({name: "http://lms.example/x"})
    assert refusal(network) == "bad_address"
    assert all(call.method == "GET" for call in network.calls)


@pytest.mark.parametrize("issuer", [None, "", 7, "lms"])
def test_a_platform_without_an_issuer_is_refused(network, offer, issuer):
    offer(issuer=issuer)
    assert refusal(network) == "not_a_platform"


@pytest.mark.parametrize("body", ["", "<html>hello</html>", "[]", "[" * 100_000])
def test_an_answer_that_is_no_configuration_is_refused(network, body):
    network.on("GET", URL, body)
    assert refusal(network) == "not_a_platform"


def test_a_platform_without_resource_links_is_refused(network, offer):
    offer({PLATFORM_CONFIGURATION: {"messages_supported": [None, {"type": 7}]}})
    assert refusal(network) == "unsupported"
    offer({PLATFORM_CONFIGURATION: None})
    assert refusal(network) == "unsupported"


def test_an_unreachable_platform_has_its_own_error(network):
    network.fail("GET", URL)
    assert refusal(network) == "unreachable"


def test_a_used_registration_token_has_its_own_code(network, offer):
    offer()
    network.on("POST", OFFER["registration_endpoint"], "token_already_used", status=401)
    assert refusal(network) == "token_used"


def test_the_short_refusal_of_moodle_is_passed_on(network, offer):
    offer()
    network.on("POST", OFFER["registration_endpoint"], "missing_domain", status=400)
    with pytest.raises(RegistrationError, match="400: missing_domain"):
        register(URL, "t", TOOL, network)


def test_a_page_of_html_is_not_passed_on(network, offer):
    offer()
    network.on("POST", OFFER["registration_endpoint"], "<!DOCTYPE html><p>secret", status=404)
    with pytest.raises(RegistrationError) as caught:
        register(URL, "t", TOOL, network)
    assert caught.value.code == "refused"
    assert "secret" not in str(caught.value)


def test_an_answer_without_a_client_is_refused(network, offer):
    offer()
    network.on("POST", OFFER["registration_endpoint"], {"client_id": ""}, status=201)
    assert refusal(network) == "refused"


@pytest.mark.parametrize("token", ["a b", "a\r\nX-Evil: 1", "é"])
def test_a_token_that_would_break_out_of_its_header_is_refused(network, offer, token):
    offer()
    assert refusal(network, token=token) == "bad_address"


def test_loopback_by_http_is_for_demonstrations_only(network, offer):
    url = "http://lms.localhost:8080/openid-configuration"
    local = {
        name: value.replace("https://", "http://x.localhost/") if isinstance(value, str) else value
        for name, value in OFFER.items()
    } | {"issuer": "http://lms.localhost:8080"}
    offer(local, url=url)
    assert refusal(network, url) == "bad_address"
    network.check_url = Outgoing(private_hosts=["lms.localhost", "x.localhost"]).check_url
    assert fetch_configuration(url, "t", network).issuer == "http://lms.localhost:8080"


# --- what is published


def test_the_key_set_names_algorithm_and_use_and_holds_nothing_private():
    old, new = replace(new_tool_key(), current=False), new_tool_key()
    published = jwks([new, old])["keys"]
    assert [key["kid"] for key in published] == [new.kid, old.kid]
    assert new.kid != old.kid
    for key in published:
        assert {"kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB"}.items() <= key.items()
        assert set(key) == {"kty", "alg", "use", "e", "n", "kid"}


def test_the_repr_of_a_tool_key_has_no_private_key():
    assert "PRIVATE" not in repr(new_tool_key())


def test_the_canvas_configuration_has_what_canvas_requires(recorded):
    ours, sample = canvas_configuration(TOOL), recorded("canvas/dev_key_config.json")
    assert set(ours) == set(sample)
    assert set(ours["extensions"][0]) == set(sample["extensions"][0])
    assert ours["public_jwk_url"] == "https://tool.example/lti/jwks.json"
    assert all(isinstance(value, str) for value in ours["custom_fields"].values())
    offered = {place["placement"] for place in sample["extensions"][0]["settings"]["placements"]}
    assert {place["placement"] for place in ours["extensions"][0]["settings"]["placements"]} <= offered
