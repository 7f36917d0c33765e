"""check_signed_assertion: an assertion of Open Badges 2.0 or 1.x that is a JWS, whose key is at an address.

Source: Open Badges 2.0, "Verification", signed. The standard has RS256 only, so nothing else is accepted.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

from badges.foreign_json import as_list, single, text
from badges.verify.files import ParsedFile
from badges.verify.lookups import Lookups
from badges.verify.open_badges_2.references import (
    Issuer,
    References,
    VerifiedAssertion,
    fetch_references,
    is_version_2,
)
from badges.verify.open_badges_2.revocation_list import check_revocation_list, renamed
from badges.verify.report import Finding, failed, passed, unknown
from badges.verify.served import NotServedError, Served, ask, authority
from signing.absent import without_absent
from signing.data_integrity import demand_signature
from signing.errors import ProofError, UnusableKeyError
from signing.json_text import Json, read_object
from signing.keys import PublicKey, from_jwk
from signing.multibase import base64url, from_base64url
from signing.signatures import verify


def check_signed_assertion(file: ParsedFile, lookups: Lookups) -> VerifiedAssertion:
    """The assertion, once its signature holds.

    Raises NotServedError where there is no signature, no key for it, or it does not hold.
    """
    if file.secured is None or not file.is_jws:
        raise NotServedError(unknown("no_proof"))
    assertion: Json = without_absent(file.credential)
    verification = single(assertion.get("verification", assertion.get("verify")))
    references = fetch_references(assertion, lookups)
    # The assertion may name any key; whether it is the issuer's is a finding of its own, `key_of_issuer`.
    address = text(verification, "creator") or text(verification, "url")
    if address is None and references.issuer:
        address = next(_key_addresses(references.issuer), None)
    if address is None:
        raise NotServedError(unknown("key_not_found"))
    served, key = _fetch_key(address, lookups)
    _demand_rs256(file.secured.text, key)
    key_of_issuer = _check_key_of_issuer(served, references)
    issuer = references.issuer if key_of_issuer.outcome == "passed" else None
    return VerifiedAssertion(
        assertion=assertion,
        references=references,
        proof=passed("signature_holds", "RS256"),
        key_of_issuer=key_of_issuer,
        status=check_revocation_list(assertion, issuer, lookups),
    )


def _demand_rs256(jws: str, public: PublicKey) -> None:
    """Raises NotServedError unless the JWS is signed with RS256 and this key."""
    try:
        signed, _, signature = jws.rpartition(".")
        header = read_object(from_base64url(signed.partition(".")[0]).decode())
        # Decided by the standard, not by the header: `none` or HS256 would let anybody sign.
        if header.get("alg") != "RS256":
            raise NotServedError(unknown("wrong_algorithm"))
        demand_signature(lambda: verify(public, from_base64url(signature), signed.encode()))
    except ProofError as error:
        raise NotServedError(failed(error.code, str(error))) from error
    except ValueError as error:
        raise NotServedError(failed("malformed", str(error))) from error


def _key_addresses(issuer: Issuer) -> Iterator[str]:
    """The addresses of the keys that the issuer's profile lists."""
    for key in as_list(issuer.profile.get("publicKey")):
        address = key if isinstance(key, str) else text(key, "id")
        if address:
            yield address


def _check_key_of_issuer(key: Served, references: References) -> Finding:
    """Whether the issuer's profile lists the key. In 1.x profiles list none; there the key is on the issuer's site."""
    issuer = references.issuer
    if issuer is None:
        return references.trouble
    # What the profile says of its version decides: anybody may write an assertion of 1.x about anybody's badge.
    listed = list(_key_addresses(issuer))
    is_on_site = authority(key.asked) == authority(key.address) == authority(issuer.id) != ""
    if key.asked in listed or (not listed and not is_version_2(issuer.profile) and is_on_site):
        return passed("key_of_issuer", key.asked)
    return failed("key_of_another", key.asked)


def _fetch_key(address: str, lookups: Lookups) -> tuple[Served, PublicKey]:
    """The RSA key at the address: a CryptographicKey in JSON, or in 1.x the PEM itself.

    Raises NotServedError where there is none.
    """
    try:
        served = ask(address, lookups)
        is_pem = served.status == 200 and b"-----BEGIN" in served.body[:100]
        pem = served.body.decode() if is_pem else text(served.read(), "publicKeyPem") or ""
        return served, from_jwk(rsa_jwk(pem))
    except NotServedError as error:
        if error.finding.code == "hosted_without_tls":
            raise NotServedError(unknown("key_without_tls", address)) from error
        raise NotServedError(renamed(error.finding, "key_not_found")) from error
    except (ProofError, UnusableKeyError, ValueError, IndexError) as error:
        raise NotServedError(unknown("key_not_found", str(error))) from error


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
