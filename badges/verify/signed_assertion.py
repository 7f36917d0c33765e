"""check_signed: an assertion of Open Badges 2.0 or 1.x that is a JWS, with the key at an address that it names.

Source: Open Badges 2.0, "Verification", signed. RS256 is all that the standard has, and all that is read here.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from badges.verify.assertions import (
    AssertionTroubleError,
    Checked,
    Issuer,
    fetched,
    fetched_bytes,
    host,
    issuer_of,
)
from badges.verify.files import Opened
from badges.verify.foreign_json import as_list, text
from badges.verify.lookups import Lookups
from badges.verify.report import Finding, failed, passed, unknown
from signing.data_integrity import demand_signature
from signing.errors import ProofError, UnusableKeyError
from signing.json_text import Json, read_object
from signing.keys import PublicKey, from_jwk
from signing.multibase import base64url, from_base64url
from signing.signatures import verify


def check_signed(opened: Opened, outside: Lookups) -> Checked:
    """What the signature says; raises AssertionTroubleError."""
    if opened.secured is None or not opened.is_jws:
        raise AssertionTroubleError(unknown("no_proof"))
    assertion = opened.credential
    how = assertion.get("verification", assertion.get("verify"))
    named = text(how, "creator") or text(how, "url")
    issuer = issuer_of(assertion, outside)
    address = named or next(iter(_keys_of(issuer)), None)
    if address is None:
        raise AssertionTroubleError(unknown("key_not_found"))
    public = _key_at(address, outside)
    try:
        signed, _, signature = opened.secured.text.rpartition(".")
        header = read_object(from_base64url(signed.partition(".")[0]).decode())
        if header.get("alg") != "RS256":
            raise AssertionTroubleError(unknown("wrong_algorithm"))
        demand_signature(lambda: verify(public, from_base64url(signature), signed.encode()))
    except ProofError as error:
        raise AssertionTroubleError(failed(error.code, str(error))) from error
    except ValueError as error:
        raise AssertionTroubleError(failed("malformed", str(error))) from error
    return Checked(
        assertion=assertion,
        issuer_id=issuer.id,
        proof=passed("signature_holds", "RS256"),
        key_of_issuer=_is_key_of(address, issuer),
        status=_status(assertion, issuer, outside),
    )


def _keys_of(issuer: Issuer) -> Iterator[str]:
    for key in as_list(issuer.profile.get("publicKey")):
        found = key if isinstance(key, str) else text(key, "id")
        if found:
            yield found


def _is_key_of(address: str, issuer: Issuer) -> Finding:
    """Whether the issuer's profile lists the key. In 1.x profiles listed none, and the key stood on the same host."""
    listed = list(_keys_of(issuer))
    if address in listed or (not listed and host(address) == host(issuer.id) != ""):
        return passed("key_of_issuer", address)
    return failed("key_of_another", address)


def _key_at(address: str, outside: Lookups) -> PublicKey:
    """The RSA key at the address: a CryptographicKey in JSON, or in 1.x the PEM itself."""
    try:
        served = fetched_bytes(address, outside).decode()
        pem = served if "-----BEGIN" in served[:100] else text(read_object(served), "publicKeyPem") or ""
        return from_jwk(rsa_jwk(pem))
    except AssertionTroubleError as error:
        raise AssertionTroubleError(unknown("key_not_found", error.finding.detail)) from error
    except (ProofError, UnusableKeyError, ValueError, IndexError) as error:
        raise AssertionTroubleError(unknown("key_not_found", str(error))) from error


def rsa_jwk(pem: str) -> Json:
    """An RSA key in PEM (SubjectPublicKeyInfo) as a JWK; raises ValueError or IndexError.

    The few structures of DER that such a key has, in their order: a sequence of the algorithm and a bit string, in that
    a sequence of the modulus and the exponent.
    """
    _, _, rest = pem.partition("-----BEGIN PUBLIC KEY-----")
    body, end, _ = rest.partition("-----END PUBLIC KEY-----")
    if not end or len(body) > 4_000:
        raise ValueError("not a public key in PEM")
    ((_, info),) = _elements(b64decode("".join(body.split()), validate=True))
    (_, (kind, bits)) = _elements(info)
    ((_, key),) = _elements(bits[1:])
    (first, modulus), (second, exponent) = _elements(key)
    if (kind, first, second) != (0x03, 0x02, 0x02):
        raise ValueError("not an RSA key")
    return {"kty": "RSA", "n": base64url(modulus.lstrip(b"\0")), "e": base64url(exponent.lstrip(b"\0"))}


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element of DER that stands in the bytes, one behind the other."""
    while data:
        start, length = 2, data[1]
        if length >= 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:start])
        if start + length > len(data):
            raise ValueError("DER breaks off")
        yield data[0], data[start : start + length]
        data = data[start + length :]


def _status(assertion: Json, issuer: Issuer, outside: Lookups) -> Finding:
    """Its issuer may publish which of its signed assertions it took back: with reasons by id, or as a list."""
    address = text(issuer.profile, "revocationList")
    if address is None:
        return passed("no_status")
    try:
        listing = fetched(address, outside)
    except AssertionTroubleError as error:
        unread = error.finding.code == "hosted_unreadable"
        return unknown("list_unreadable" if unread else "list_not_reached", error.finding.detail)
    own = {name for name in (text(assertion, "id"), text(assertion, "uid")) if name}
    entries = as_list(listing["revokedAssertions"]) if "revokedAssertions" in listing else list(listing)
    return (
        failed("revoked", address)
        if any(own & _names(entry) for entry in entries)
        else passed("not_revoked", address)
    )


def _names(entry: Any) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    return {name for name in (text(entry, "id"), text(entry, "uid")) if name}
