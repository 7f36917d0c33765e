"""The answer to a deep linking request."""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from lti_tool.platforms.deep_linking_response import ContentItem, deep_linking_response
from lti_tool.platforms.tool_keys import jwks
from lti_tool.values import DeepLinkingSettings

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
DATA = "https://purl.imsglobal.org/spec/lti-dl/claim/data"

SETTINGS = DeepLinkingSettings(return_url="https://moodle.example/return")
ITEM = ContentItem(
    title="Datu pratība",
    text="Par to, kā lasīt datus.",
    url="https://tool.example/lti/launch",
    custom={"badge": "b-1", "trigger": "gated_link"},
    icon_url="https://tool.example/icon.png",
)


@pytest.fixture
def answered(registration, platform_keys, clock):
    """The claims of an answer, its signature checked as a platform would."""

    def answer(settings=SETTINGS, items=(ITEM,)):
        key = platform_keys.tool
        token = deep_linking_response(settings, registration, "1", items, key, clock())
        published = jwks([key])["keys"][0]
        assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": published["kid"]}
        return jwt.decode(
            token,
            jwt.PyJWK(published),
            algorithms=["RS256"],
            audience=registration.platform_id,
            issuer=registration.client_id,
            options={"verify_exp": False, "verify_iat": False},
        )

    return answer


def test_the_answer_is_signed_for_the_platform_and_short_lived(answered, clock):
    claims = answered()
    assert claims[CLAIM + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[CLAIM + "version"] == "1.3.0"
    assert claims[CLAIM + "deployment_id"] == "1"
    assert claims["azp"] == claims["iss"] == "tool-1"
    assert claims["iat"] == int(clock.seconds())
    assert claims["exp"] == claims["iat"] + 300
    assert claims["nonce"] != answered()["nonce"]


def test_an_item_has_a_title_a_text_and_its_badge_but_no_line_item(answered):
    assert answered()[ITEMS] == [
        {
            "type": "ltiResourceLink",
            "title": "Datu pratība",
            "text": "Par to, kā lasīt datus.",
            "url": "https://tool.example/lti/launch",
            "custom": {"badge": "b-1", "trigger": "gated_link"},
            "icon": {"url": "https://tool.example/icon.png"},
        }
    ]


def test_data_is_returned_unchanged_and_left_out_where_there_was_none(answered):
    assert answered(replace(SETTINGS, data="opaque"))[DATA] == "opaque"
    assert DATA not in answered()


def test_nothing_chosen_is_an_empty_list(answered):
    assert answered(items=())[ITEMS] == []


def test_several_items_need_a_platform_that_accepts_several(answered):
    assert len(answered(replace(SETTINGS, accept_multiple=True), [ITEM, ITEM])[ITEMS]) == 2
    with pytest.raises(ValueError, match="one item"):
        answered(items=[ITEM, ITEM])
