"""check_signed_assertion: an assertion of Open Badges 2.0 or 1.x that is a JWS, whose key is at an address.

Source: Open Badges 2.0, "Verification", signed. The standard has RS256 only, so nothing else is accepted.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from badges.verify.assertions import (
    AssertionNotVerifiedError,
    Issuer,
    VerifiedAssertion,
    fetch_bytes,
    fetch_issuer,
    fetch_json,
    host_of,
)
from badges.verify.files import ParsedFile
from badges.verify.foreign_json import as_list, text
from badges.verify.lookups import Lookups
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown
from signing.data_integrity import demand_signature
from signing.errors import ProofError, UnusableKeyError
from signing.json_text import Json, read_object
from signing.keys import PublicKey, from_jwk
from signing.multibase import base64url, from_base64url
from signing.signatures import verify


def check_signed_assertion(file: ParsedFile, lookups: Lookups) -> VerifiedAssertion:
    """The assertion, once its signature holds.

    Raises AssertionNotVerifiedError where there is no signature, no key for it, or it does not hold.
    """
    if file.secured is None or not file.is_jws:
        raise AssertionNotVerifiedError(unknown("no_proof"))
    assertion = file.credential
    verification = assertion.get("verification", assertion.get("verify"))
    issuer = fetch_issuer(assertion, lookups)
    # The assertion may name any key; whether it is the issuer's is a finding of its own, `key_of_issuer`.
    address = text(verification, "creator") or text(verification, "url") or next(_key_addresses(issuer), None)
    if address is None:
        raise AssertionNotVerifiedError(unknown("key_not_found"))
    _demand_rs256(file.secured.text, _fetch_key(address, lookups))
    return VerifiedAssertion(
        assertion=assertion,
        issuer_id=issuer.id,
        proof=passed("signature_holds", "RS256"),
        key_of_issuer=_check_key_of_issuer(address, issuer),
        status=_check_status(assertion, issuer, lookups),
    )


def _demand_rs256(jws: str, public: PublicKey) -> None:
    """Raises AssertionNotVerifiedError unless the JWS is signed with RS256 and this key."""
    try:
        signed, _, signature = jws.rpartition(".")
        header = read_object(from_base64url(signed.partition(".")[0]).decode())
        # Decided by the standard, not by the header: `none` or HS256 would let anybody sign.
        if header.get("alg") != "RS256":
            raise AssertionNotVerifiedError(unknown("wrong_algorithm"))
        demand_signature(lambda: verify(public, from_base64url(signature), signed.encode()))
    except ProofError as error:
        raise AssertionNotVerifiedError(failed(error.code, str(error))) from error
    except ValueError as error:
        raise AssertionNotVerifiedError(failed("malformed", str(error))) from error


def _key_addresses(issuer: Issuer) -> Iterator[str]:
    """The addresses of the keys that the issuer's profile lists."""
    for key in as_list(issuer.profile.get("publicKey")):
        address = key if isinstance(key, str) else text(key, "id")
        if address:
            yield address


def _check_key_of_issuer(address: str, issuer: Issuer) -> Finding:
    """Whether the issuer's profile lists the key. In 1.x profiles list none; there the key is on the issuer's host."""
    listed = list(_key_addresses(issuer))
    if address in listed or (not listed and host_of(address) == host_of(issuer.id) != ""):
        return passed("key_of_issuer", address)
    return failed("key_of_another", address)


def _fetch_key(address: str, lookups: Lookups) -> PublicKey:
    """The RSA key at the address: a CryptographicKey in JSON, or in 1.x the PEM itself.

    Raises AssertionNotVerifiedError where there is none.
    """
    try:
        served = fetch_bytes(address, lookups).decode()
        pem = served if "-----BEGIN" in served[:100] else text(read_object(served), "publicKeyPem") or ""
        return from_jwk(rsa_jwk(pem))
    except AssertionNotVerifiedError as error:
        raise AssertionNotVerifiedError(_renamed(error.finding, "key_not_found")) from error
    except (ProofError, UnusableKeyError, ValueError, IndexError) as error:
        raise AssertionNotVerifiedError(unknown("key_not_found", str(error))) from error


def rsa_jwk(pem: str) -> Json:
    """An RSA key in PEM (SubjectPublicKeyInfo) as a JWK. Raises ValueError or IndexError where it is none.

    Reads only the DER that such a key consists of: a sequence of the algorithm and a bit string, and in that a
    sequence of modulus and exponent (RFC 5280, 4.1; RFC 8017, A.1.1). The key then goes through `from_jwk`, like every
    other, which demands its strength.
    """
    _, _, rest = pem.partition("-----BEGIN PUBLIC KEY-----")
    body, end, _ = rest.partition("-----END PUBLIC KEY-----")
    if not end or len(body) > 4_000:
        raise ValueError("not a public key in PEM")
    ((_, info),) = _der_elements(b64decode("".join(body.split()), validate=True))
    (_, (kind, bits)) = _der_elements(info)
    ((_, key),) = _der_elements(bits[1:])
    (first, modulus), (second, exponent) = _der_elements(key)
    if (kind, first, second) != (0x03, 0x02, 0x02):
        raise ValueError("not an RSA key")
    return {"kty": "RSA", "n": base64url(modulus.lstrip(b"\0")), "e": base64url(exponent.lstrip(b"\0"))}


def _der_elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER element in the bytes. Raises ValueError or IndexError where one is cut off."""
    while data:
        start, length = 2, data[1]
        if length >= 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:start])
        if start + length > len(data):
            raise ValueError("the DER is cut off")
        yield data[0], data[start : start + length]
        data = data[start + length :]


def _check_status(assertion: Json, issuer: Issuer, lookups: Lookups) -> Finding:
    """Whether the issuer's revocation list names the assertion: as a key with its reason, or in `revokedAssertions`."""
    address = text(issuer.profile, "revocationList")
    if address is None:
        return passed("no_status")
    try:
        listing = fetch_json(address, lookups)
    except AssertionNotVerifiedError as error:
        is_unreadable = error.finding.code == "hosted_unreadable"
        return _renamed(error.finding, "list_unreadable" if is_unreadable else "list_not_reached")
    own_ids = {name for name in (text(assertion, "id"), text(assertion, "uid")) if name}
    entries = as_list(listing["revokedAssertions"]) if "revokedAssertions" in listing else list(listing)
    if any(own_ids & _entry_ids(entry) for entry in entries):
        return failed("revoked", address)
    return passed("not_revoked", address)


def _renamed(finding: Finding, code: str) -> Finding:
    """The finding on a document that was not fetched, with the code that it has for what needed the document."""
    return finding if finding.code == LIMIT_REACHED else unknown(code, finding.detail)


def _entry_ids(entry: Any) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    return {name for name in (text(entry, "id"), text(entry, "uid")) if name}
