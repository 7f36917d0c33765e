"""The tool's own keys: each is read once, and none stays that was replaced or is another's."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.platforms.access_tokens import TokenCache, token_request
from lti_tool.platforms.tool_keys import _PUBLIC_PARTS, jwks, new_tool_key
from tests.fixtures import NOW


@pytest.fixture(scope="module")
def keys():
    return new_tool_key(), new_tool_key()


def moduli(*asked):
    return [each["n"] for each in jwks(asked)["keys"]]


def own_modulus(key):
    return RSAKey.import_key(key.pem).as_dict(private=False)["n"]


def test_the_set_has_the_keys_that_are_asked_for_and_nothing_private(keys):
    first, second = keys
    for asked in (keys, (second,), (second, first), ()):
        assert moduli(*asked) == [own_modulus(key) for key in asked]
        assert [each["kid"] for each in jwks(asked)["keys"]] == [key.kid for key in asked]
    assert set(jwks(keys)["keys"][0]) == {"kty", "n", "e", "kid", "alg", "use"}


def test_a_key_is_read_once_and_forgotten_with_the_set_that_had_it(keys):
    first, second = keys
    before = _PUBLIC_PARTS.of(keys)
    assert all(one is other for one, other in zip(before, _PUBLIC_PARTS.of(keys), strict=True))
    (again,) = _PUBLIC_PARTS.of([second])
    assert again is before[1] and _PUBLIC_PARTS.of([first])[0] is not before[0]
    # Whoever is given the set may change it.
    jwks(keys)["keys"][0]["n"] = "changed"
    assert moduli(first) == [own_modulus(first)]
    assert not any(key.pem in json.dumps(_PUBLIC_PARTS._kept) for key in keys)


def test_a_key_of_the_same_name_is_another_one(keys):
    first, second = keys
    impostor = replace(second, kid=first.kid)
    assert moduli(first) != moduli(impostor) == [own_modulus(second)]
    tokens = TokenCache()
    assert tokens.signing_key(first).as_dict(private=False)["n"] == own_modulus(first)
    assert tokens.signing_key(impostor).as_dict(private=False)["n"] == own_modulus(second)


def test_what_signs_is_read_once_and_is_the_newest(keys, registration):
    tokens = TokenCache()
    for key in keys:
        signs = tokens.signing_key(key)
        assert tokens.signing_key(key) is signs
        form = token_request(registration, signs, key.kid, ["scope"], NOW)
        read = jwt.decode(form["client_assertion"], RSAKey.import_key(key.pem), algorithms=["RS256"])
        assert read.header["kid"] == key.kid
    # One installation's is none of another's.
    assert TokenCache().signing_key(keys[1]) is not tokens.signing_key(keys[1])
