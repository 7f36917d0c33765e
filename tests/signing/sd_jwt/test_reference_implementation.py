"""Both ways with the reference implementation of the standard's authors: what either writes, the other reads alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from signing.jws import check_signature, object_of
from signing.keys import SigningKey, generate, jwk, secret_of
from signing.multibase import base64url
from signing.sd_jwt.compact import split
from signing.sd_jwt.issuing import issue
from signing.sd_jwt.key_binding import Expected, check_key_binding
from signing.sd_jwt.processing import processed
from tests.signing.sd_jwt.conftest import AUDIENCE, NONCE

CLAIMS: dict[str, Any] = {
    "iss": "did:web:riga.example",
    "name": "Anna Bērziņa 🎓",
    "subject": {
        "identifier": [{"value": "a"}, {"value": "b"}],
        "result": [{"value": "A", "at": 1.5}],
        "x": None,
    },
    "list": [[1, 2], {"deep": [True]}],
}
PATHS = [("name",), ("subject", "identifier", 0), ("subject", "result"), ("list", 0), ("list", 1, "deep", 0)]


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey(verification_method="did:web:riga.example#p1", kid="p1", private=generate("P-256"))


def theirs(key: SigningKey) -> JWK:
    return JWK(
        **{name: part for name, part in jwk(key.public, "k").items() if name not in ("alg", "use", "kid")}
    )


def theirs_with_secret(key: SigningKey) -> JWK:
    return JWK(**theirs(key).export_public(as_dict=True), d=base64url(secret_of(key.private)))


def read_by_them(text: str, key: SigningKey, *bound: str) -> dict[str, Any]:
    return SDJWTVerifier(text, lambda iss, header: theirs(key), *bound).get_verified_payload()


def test_they_read_what_we_write(key, anna, now):
    claims = CLAIMS | {"cnf": {"jwk": anna.jwk}}
    secured = issue(claims, "dc+sd-jwt", PATHS, key, decoys={("subject",): 2, ("list",): 1})
    assert read_by_them(secured.text, key) == claims
    for disclosure in split(secured.text).disclosures:
        fewer = secured.text.replace(f"{disclosure}~", "")
        payload = object_of(split(fewer).jwt.split(".")[1])
        assert read_by_them(fewer, key) == processed(payload, split(fewer).disclosures).claims != claims
    assert read_by_them(anna.show(secured, now, "Anna").text, key, AUDIENCE, NONCE)["cnf"] == {
        "jwk": anna.jwk
    }


def sd(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """The claims with the marks by which they know what is to be hidden."""
    if isinstance(value, dict):
        return {
            SDObj(name) if (*path, name) in PATHS else name: sd(part, (*path, name))
            for name, part in value.items()
        }
    if isinstance(value, list):
        parts = [sd(part, (*path, at)) for at, part in enumerate(value)]
        return [SDObj(part) if (*path, at) in PATHS else part for at, part in enumerate(parts)]
    return value


def test_we_read_what_they_write(key, anna):
    signer, wallet = theirs_with_secret(key), theirs_with_secret(anna.key)
    text = SDJWTIssuer(sd(CLAIMS), signer, wallet, add_decoy_claims=True).sd_jwt_issuance
    check_signature(split(text).jwt, key.public)
    payload = object_of(split(text).jwt.split(".")[1])
    assert processed(payload, split(text).disclosures).claims == CLAIMS | {"cnf": {"jwk": anna.jwk}}
    holder = SDJWTHolder(text)
    holder.create_presentation({"name": True, "subject": {"result": True}}, NONCE, AUDIENCE, wallet)
    shown = split(holder.sd_jwt_presentation)
    assert processed(payload, shown.disclosures).claims == read_by_them(shown.text, key, AUDIENCE, NONCE)
    at = datetime.fromtimestamp(object_of(shown.key_binding.split(".")[1])["iat"], UTC)
    binding = check_key_binding(shown, payload["cnf"], at, Expected(audience=AUDIENCE, nonce=NONCE))
    assert binding.made_at == at


def test_a_wallet_with_our_binding_is_one_for_them(key, anna, now):
    secured = issue(CLAIMS | {"cnf": {"jwk": anna.jwk}}, "vc+sd-jwt", PATHS, key)
    shown = anna.show(secured, now)
    with pytest.raises(ValueError, match="audience"):
        read_by_them(shown.text, key, "https://other.example", NONCE)
    with pytest.raises(ValueError, match="nonce"):
        read_by_them(shown.text, key, AUDIENCE, "n-2")
