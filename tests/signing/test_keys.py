from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from signing.errors import UnusableKeyError
from signing.keys import (
    RSA_BITS,
    SigningKey,
    algorithm,
    demand_strength,
    from_jwk,
    from_multikey,
    generate,
    jwk,
    multikey,
    private_of,
    same_key,
    secret_of,
    short_name,
)
from signing.multibase import base58, base64url
from signing.signatures import sign, verify

ALGORITHMS = ["Ed25519", "P-256", "P-384", "RSA"]


@pytest.fixture(scope="module")
def private_keys():
    return {name: generate(name) for name in ALGORITHMS}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_private_key_comes_back_from_its_few_bytes(private_keys, name):
    private = private_keys[name]
    assert algorithm(private.public_key()) == name
    secret = secret_of(private)
    assert len(secret) == {"Ed25519": 32, "P-256": 32, "P-384": 48, "RSA": 384}[name]
    again = private_of(name, secret)
    verify(private.public_key(), sign(again, b"the same key"), b"the same key")


@pytest.mark.parametrize("name", ALGORITHMS)
def test_bytes_that_are_no_private_key_are_refused(name):
    for secret in (b"", bytes(31), bytes(384)):
        with pytest.raises(UnusableKeyError):
            private_of(name, secret)


def test_each_key_has_a_short_name_of_its_own(private_keys):
    names = {short_name(private.public_key()) for private in private_keys.values()}
    assert len(names) == len(ALGORITHMS)
    assert short_name(private_keys["RSA"].public_key()) in names


class InADevice:
    """Signs like any key, and shows no private one."""

    def __init__(self, private):
        self._private = private
        self.algorithm = algorithm(private.public_key())

    def public_key(self):
        return self._private.public_key()

    def sign(self, data):
        return sign(self._private, data)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_key_in_a_device_needs_three_members_only(private_keys, name):
    key = SigningKey(verification_method="did:example:riga#k", kid="k", private=InADevice(private_keys[name]))
    assert key.algorithm == name
    verify(key.public, sign(key.private, b"said"), b"said")


def test_our_rsa_keys_have_3072_bits_and_weak_or_huge_ones_of_others_are_refused(private_keys):
    public = private_keys["RSA"].public_key()
    assert public.key_size == RSA_BITS == 3072
    for bits in (1024, 2040, 9000):
        weak = RSAPublicNumbers(65537, (1 << bits) - 1).public_key()
        with pytest.raises(UnusableKeyError):
            demand_strength(weak)
        with pytest.raises(UnusableKeyError):
            from_jwk(jwk(weak, "k1"))
    with pytest.raises(UnusableKeyError):
        from_jwk(jwk(public, "k1") | {"n": base64url(b"\xff" * 100_000)})
    with pytest.raises(UnusableKeyError):
        from_jwk(jwk(public, "k1") | {"e": base64url(b"\xff" * 32)})
    with pytest.raises(UnusableKeyError, match="JWK"):
        multikey(public)


@pytest.mark.parametrize(("name", "beginning"), [("Ed25519", "z6Mk"), ("P-256", "zDn"), ("P-384", "z82")])
def test_a_public_key_comes_back_from_its_multikey(private_keys, name, beginning):
    public = private_keys[name].public_key()
    assert multikey(public).startswith(beginning)
    assert same_key(from_multikey(multikey(public)), public)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_public_key_comes_back_from_its_jwk_which_holds_no_secret(private_keys, name):
    public = private_keys[name].public_key()
    key = jwk(public, "k1")
    assert key["kid"] == "k1"
    assert key["use"] == "sig"
    assert key["alg"] == {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}[name]
    assert "d" not in key
    assert same_key(from_jwk(key), public)


def test_a_jwk_that_holds_a_private_key_is_refused():
    for member in ("d", "k", "p"):
        with pytest.raises(UnusableKeyError, match="private"):
            from_jwk(jwk(generate("P-256").public_key(), "k1") | {member: "AAAA"})


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "EdDSA"},
        {"alg": ["ES256"]},
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"x": 7},
        {"y": "*"},
        {"x": "A" * 43},
        {"kty": "oct"},
    ],
)
def test_a_jwk_of_another_kind_is_refused(change):
    with pytest.raises(UnusableKeyError):
        from_jwk(jwk(generate("P-256").public_key(), "k1") | change)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "6Mk",
        "u7QE",
        "z6MkO0",
        "z" + base58(b"\xed\x01" + bytes(31)),
        "z" + base58(b"\x80\x24" + bytes(33)),
        "z" + base58(b"\x12\x00" + bytes(32)),
    ],
)
def test_a_multikey_of_another_kind_is_refused(text):
    with pytest.raises(UnusableKeyError):
        from_multikey(text)


def test_a_private_key_is_never_shown():
    key = SigningKey(verification_method="did:example:riga#k", kid="k", private=generate("Ed25519"))
    assert "rivate" not in repr(key)
