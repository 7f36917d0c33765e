from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from signing.errors import UnusableKeyError
from signing.keys import (
    SigningKey,
    as_pem,
    from_jwk,
    from_multikey,
    from_pem,
    generate,
    jwk,
    multikey,
    same_key,
)
from signing.multibase import base58

ALGORITHMS = ["Ed25519", "P-256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_key_comes_back_from_its_pem_with_its_passphrase(algorithm):
    private = generate(algorithm)
    pem = as_pem(private, "ķirsis")
    assert b"ENCRYPTED" in pem
    assert same_key(from_pem(pem, "ķirsis").public_key(), private.public_key())
    with pytest.raises(UnusableKeyError):
        from_pem(pem, "ogle")


def test_a_damaged_an_open_and_a_foreign_private_key_are_refused():
    rsa = generate_rsa(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
    )
    p384 = generate_private_key(SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
    )
    unlocked = generate("Ed25519").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", rsa, p384, unlocked):
        with pytest.raises(UnusableKeyError):
            from_pem(pem, "x")


@pytest.mark.parametrize(("algorithm", "beginning"), [("Ed25519", "z6Mk"), ("P-256", "zDn")])
def test_a_public_key_comes_back_from_its_multikey(algorithm, beginning):
    public = generate(algorithm).public_key()
    assert multikey(public).startswith(beginning)
    assert same_key(from_multikey(multikey(public)), public)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_public_key_comes_back_from_its_jwk_which_holds_no_secret(algorithm):
    public = generate(algorithm).public_key()
    key = jwk(public, "k1")
    assert key["kid"] == "k1"
    assert key["use"] == "sig"
    assert key["alg"] == {"Ed25519": "EdDSA", "P-256": "ES256"}[algorithm]
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
