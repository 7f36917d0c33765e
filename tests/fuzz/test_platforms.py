"""What a platform signs or publishes, changed at random, is read as something that can be stored, or refused plainly.

The changes are of the kinds that platforms and attackers send: a value of another type, a text that no database takes,
an id that is too long, a member too many or too few.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import jwt
import pytest

from lti_tool.errors import LaunchError, RegistrationError
from lti_tool.platforms.claims import AGS, MAX_ID_LENGTH, NRPS
from lti_tool.platforms.platform_configuration import PLATFORM_CONFIGURATION, fetch_configuration
from lti_tool.values import Json, is_storable
from tests.amounts import LONG, amount
from tests.lti_tool.platforms.conftest import *  # noqa: F403
from tests.lti_tool.platforms.conftest import CLAIM, MOODLE, Network, ToolAndPlatform

LAUNCHES = amount("launches with changed claims", small=300, full=100_000)
CONFIGURATIONS = amount("changed configurations of a platform", small=1_000, full=100_000)

#: What stands in the place of a value.
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    10**40,
    float("nan"),
    "",
    " ",
    "a",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e\u200b",
    "\u0336" * 400,
    "x" * 256,
    "x" * 100_000,
    "$User.id",
    "javascript:alert(1)",
    "https://",
    "https://[::1",
    "http://moodle.example/\x00",
    "https://moodle.example" + "/x" * 2000,
    "urn:lti:sysrole:ims/lis/Administrator",
    [],
    [[[[]]]],
    [None, 7, "\x00", {}],
    ["x" * 300] * 300,
    {},
    {"id": {"id": {}}},
    {"id": "\x00", "title": "\ud800"},
    {"\x00": "\ud800"},
)


@pytest.fixture
def chance() -> random.Random:
    """The same for a gate, which must not fail by luck; another one each time in the long run."""
    return random.Random(None if LONG else 7)


def changed(chance: random.Random, document: Json) -> Json:
    """The document with one to four changes, at any depth."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        place: Any = document
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = chance.choice(keys) if keys else None
            below = place[key] if key is not None else None
            if not (isinstance(below, dict | list) and below and chance.random() < 0.6):
                break
            place = below
        # A copy: a further change may be made inside it.
        odd = copy.deepcopy(chance.choice(ODD))
        if key is None or (chance.random() < 0.1 and isinstance(place, dict)):
            if isinstance(place, dict):
                place[chance.choice(["more", "\x00", "\ud800", "x" * 300])] = odd
        elif chance.random() < 0.15:
            del place[key]
        else:
            place[key] = odd
    return document


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a value of ours."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts_of(pair)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_of(each)


def test_whatever_a_platform_signs_can_be_stored_or_is_refused(
    lti: ToolAndPlatform, chance: random.Random
) -> None:
    claims = lti.claims | {
        "given_name": "Anna",
        "family_name": "Ozola",
        "locale": "lv",
        CLAIM + "custom": {"badge": "b-1", "rule": '{"condition":"confirmed"}', "timezone": "Europe/Riga"},
        CLAIM + "launch_presentation": {"locale": "lv", "return_url": f"{MOODLE}/return"},
        AGS: {"lineitems": f"{MOODLE}/items", "lineitem": f"{MOODLE}/item", "scope": ["a"]},
        NRPS: {"context_memberships_url": f"{MOODLE}/members", "service_versions": ["2.0"]},
    }
    read = 0
    for _ in range(LAUNCHES):
        answer = lti.login()
        nonce = jwt.decode(lti.token(answer), options={"verify_signature": False})["nonce"]
        document = changed(chance, claims | {"nonce": nonce})
        token = jwt.PyJWS().encode(
            json.dumps(document).encode(), lti.keys.first, algorithm="RS256", headers={"kid": "first"}
        )
        try:
            launch = lti.post(answer, token).launch
        except LaunchError:
            continue
        read += 1
        assert all(is_storable(text) for text in texts_of(launch)), document
        for name in (launch.user_id, launch.deployment_id, launch.context_id, launch.resource_link_id):
            assert name is None or 0 < len(name) <= MAX_ID_LENGTH, document
    # Or the changes are so many that nothing but refusing is tried.
    assert LAUNCHES / 10 < read < LAUNCHES


def test_whatever_a_platform_publishes_about_itself_can_be_stored_or_is_refused(
    network: Network, chance: random.Random
) -> None:
    configuration = {
        "issuer": MOODLE,
        "registration_endpoint": f"{MOODLE}/register",
        "authorization_endpoint": f"{MOODLE}/auth",
        "token_endpoint": f"{MOODLE}/token",
        "jwks_uri": f"{MOODLE}/jwks",
        "authorization_server": MOODLE,
        "scopes_supported": ["openid"],
        "claims_supported": ["sub", "iss"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": "moodle",
            "version": "4.5",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": ["a"]},
                {"type": "LtiDeepLinkingRequest"},
            ],
            "variables": ["User.id"],
        },
    }
    address = f"{MOODLE}/openid-configuration"
    read = 0
    for _ in range(CONFIGURATIONS):
        document = changed(chance, configuration)
        network.remove("GET", address)
        network.on("GET", address, json.dumps(document))
        try:
            found = fetch_configuration(address, None, network)  # type: ignore[arg-type]
        except RegistrationError:
            continue
        read += 1
        stored = (
            found.issuer,
            found.auth_login_url,
            found.auth_token_url,
            found.jwks_url,
            found.token_audience,
            found.product,
            found.name,
            found.embed_origins,
        )
        assert all(is_storable(text) for text in texts_of(stored)), document
    assert CONFIGURATIONS / 10 < read < CONFIGURATIONS
