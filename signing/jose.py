"""VC-JWT: what all proofs have in common that carry the credential as the payload of a compact JWS.

The algorithm is that of the proof type, never one that the token asks for. A token may bring its key along (`jwk`);
like any other key it counts for the issuer only when the issuer's own document lists it.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; VCDM 1.1, "JSON Web Token"; W3C Securing Verifiable
Credentials using JOSE and COSE; RFC 7515.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature

from signing.binding import demand_text, issuer_id, key_of
from signing.did import did_jwk
from signing.document_loader import CREDENTIALS_V1
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import MAX_CHARACTERS, Json, as_plain_text, read_object
from signing.keys import Algorithm, KeyFinder, SigningKey, from_jwk, same_key
from signing.multibase import base64url, from_base64url
from signing.safe_mode import sound_text
from signing.secured import SecuredCredential
from signing.signatures import sign, verify
from signing.timestamps import as_timestamp, from_timestamp
from signing.verified_proof import VerifiedProof

MEDIA_TYPE = "application/jwt"
_CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat"})
#: What may stand beside the claim `vc`: claims for whom the token was made, which say nothing of the credential.
_BESIDE = frozenset({"vc", "aud", "nonce", "cnf"})
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
#: An RSA key in it takes 1,500 characters.
_MAX_HEADER = 20_000
#: The types of the data model 2.0 of W3C, which leaves all claims out; the others are those of Open Badges.
_W3C_TYPES = ("vc+jwt", "vc+ld+jwt", "vc-ld+jwt", "vc+ld+json+jwt")
#: Status lists are W3C's, in whatever token: their `nbf` is when they were signed, not when they begin.
_LISTS = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})
#: Readers ignore what they do not know (RFC 7515); these would change what the signature or the key is.
_NEVER = frozenset({"crit", "b64", "jku", "x5u", "x5c", "enc", "zip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithms:
    """One way to sign a JWS: its name in JOSE, and that of the key it takes."""

    name: str
    jws: str
    key: Algorithm


def is_compact(text: str) -> bool:
    return _COMPACT.fullmatch(text.strip()) is not None


def secure(how: Algorithms, credential: Json, key: SigningKey) -> SecuredCredential:
    """The compact JWS. `key.verification_method` is its `kid`: an https URL that answers with the bare JWK.

    Raises UnsafeDocumentError for a credential that lacks what the claims repeat.
    """
    if key.algorithm != how.key:
        raise UnusableKeyError(f"{how.name} needs a key of {how.key}")
    if "proof" in credential or _CLAIMS & credential.keys():
        raise UnsafeDocumentError("the credential has a proof, or claims, already")
    try:
        claims = _claims_of(credential)
    except ProofError as error:
        raise UnsafeDocumentError(f"the credential cannot be a JWT: {error}") from error
    header = as_plain_text({"alg": how.jws, "typ": "JWT", "kid": key.verification_method})
    payload = sound_text(credential | claims)
    signed = f"{base64url(header.encode())}.{base64url(payload.encode())}"
    return SecuredCredential(f"{signed}.{base64url(sign(key.private, signed.encode()))}", MEDIA_TYPE)


def recognises(how: Algorithms, secured: SecuredCredential) -> bool:
    text = secured.text.lstrip()
    if text.startswith("{") or len(text) > MAX_CHARACTERS:
        return False
    return _algorithm(text[: text.find(".")]) == how.jws


def _algorithm(head: str) -> Any:
    """What a header asks for; nothing where it is no header."""
    try:
        return _header(head).get("alg")
    except ProofError:
        return None


@lru_cache(maxsize=64)
def _header(head: str) -> Json:
    """What a header says, which many tokens have in common: to be read alone. Raises ProofError `unreadable`."""
    if len(head) > _MAX_HEADER:
        raise ProofError("unreadable", "the header of the JWS is too long")
    return _object(head)


def check(how: Algorithms, secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> VerifiedProof:
    text = secured.text.strip()
    signed, dot, signature = text.rpartition(".")
    head, another, body = signed.partition(".")
    if len(text) > MAX_CHARACTERS or not dot or not another or "." in body:
        raise ProofError("unreadable", "not a compact JWS")
    header, payload = _header(head), _object(body)
    if header.get("alg") != how.jws:
        raise ProofError("wrong_algorithm", f"the JWS is not signed with {how.jws}")
    _refuse_strange(header)
    claims = {name: payload.pop(name) for name in _CLAIMS & payload.keys()}
    credential = _wrapped(payload, claims) if "vc" in payload else payload
    issuer = issuer_id(credential)
    found = key_of(find_key, _name_of_key(header), issuer, how.key, now)
    if "kid" in header and "jwk" in header and not same_key(from_jwk(header["jwk"]), found.public):
        raise ProofError("malformed", "the header of the JWS names two different keys")
    try:
        verify(found.public, from_base64url(signature), signed.encode())
    except (InvalidSignature, ValueError) as error:
        raise ProofError("bad_signature", "the JWS is not what was signed, or not with this key") from error
    left_out: tuple[str, ...] = ()
    if header.get("typ") in _W3C_TYPES or not _LISTS.isdisjoint(_types(credential)):
        _compare_w3c(claims, credential, now)
    else:
        left_out = _compare(claims, credential)
    return VerifiedProof(
        credential=credential, proof_name=how.name, verification_method=found, left_out=left_out
    )


def _object(part: str) -> Json:
    try:
        text = from_base64url(part).decode()
    except ValueError as error:
        raise ProofError("unreadable", "a part of the JWS is not base64url of a text") from error
    return read_object(text)


def _refuse_strange(header: Json) -> None:
    kind = header.get("typ", "JWT")
    if kind not in ("JWT", *_W3C_TYPES):
        raise ProofError("malformed", "the JWS is of another type than a credential")
    if header.keys() & _NEVER:
        raise ProofError("malformed", "the header of the JWS has members that it may not have")


def _name_of_key(header: Json) -> str:
    """The `kid`; for a key that the token brings along, the did:jwk that spells it."""
    if "kid" in header or "jwk" not in header:
        if "jwk" in header:
            _usable(header["jwk"])
        return demand_text(header.get("kid"), "kid")
    _usable(header["jwk"])
    return did_jwk(header["jwk"])


def _usable(jwk: Any) -> None:
    try:
        from_jwk(jwk)
    except UnusableKeyError as error:
        raise ProofError("malformed", f"the `jwk` of the header cannot be used: {error}") from error


# --- the claims, which repeat what the credential says ---------------------------------------------------------------


def _wrapped(payload: Json, claims: Json) -> Json:
    """The credential of the data model 1.1, which stands in `vc` and may leave to the claims what they say already."""
    credential = payload["vc"]
    if not isinstance(credential, dict) or payload.keys() - _BESIDE:
        raise ProofError("malformed", "beside `vc` there is something that is no claim")
    contexts = credential.get("@context")
    if contexts != CREDENTIALS_V1 and (not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V1]):
        raise ProofError("malformed", "`vc` is for credentials of the data model 1.1")
    for name, claim in (("issuer", "iss"), ("id", "jti")):
        if name not in credential and claim in claims:
            credential = credential | {name: claims[claim]}
    for name, claim in (("issuanceDate", "nbf"), ("expirationDate", "exp")):
        if name not in credential and claim in claims:
            credential = credential | {name: _as_moment(claims[claim])}
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    if isinstance(issuer, dict) and "id" not in issuer and "iss" in claims:
        credential = credential | {"issuer": issuer | {"id": claims["iss"]}}
    if isinstance(subject, dict) and "id" not in subject and "sub" in claims:
        credential = credential | {"credentialSubject": subject | {"id": claims["sub"]}}
    return credential


def _as_moment(claim: Any) -> str:
    """A claim in seconds as the credential would say it; raises ProofError `malformed`."""
    try:
        if isinstance(claim, bool):
            raise ValueError("not a number")
        return as_timestamp(datetime.fromtimestamp(claim, UTC))
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ProofError("malformed", "a moment in the claims of the JWS is not a number") from error


def _claims_of(credential: Json) -> Json:
    """What the registered claims must say; raises ProofError `malformed`.

    Times are whole seconds in a JWT, so they must be in what we sign, too.
    """
    begins = demand_text(credential.get("validFrom"), "validFrom")
    claims: Json = {
        "iss": issuer_id(credential),
        "jti": demand_text(credential.get("id"), "id"),
        "nbf": _whole_seconds(begins, "validFrom"),
    }
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        raise ProofError("malformed", "`credentialSubject` is missing")
    if "id" in subject:
        claims["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "validUntil" in credential:
        claims["exp"] = _whole_seconds(credential["validUntil"], "validUntil")
    return claims


def _compare(claims: Json, credential: Json) -> tuple[str, ...]:
    """Which claims are left out that should be there: those that are there agree, or ProofError `claims_disagree`.

    The credential says it all in its own words, signed with the claims; no reader of the JSON looks at `iat`.
    """
    said = _said(credential)
    for name, member in (("jti", "id"), ("nbf", "validFrom")):
        if name not in said:
            raise ProofError("malformed", f"`{member}` is missing")
    if not isinstance(credential.get("credentialSubject"), dict):
        raise ProofError("malformed", "`credentialSubject` is missing")
    _demand_agreement({name: value for name, value in claims.items() if name != "iat"}, said)
    return tuple(name for name in said if name not in claims)


def _compare_w3c(claims: Json, credential: Json, now: datetime) -> None:
    """Raise ProofError. W3C leaves claims out; those there may not contradict, `nbf` and `exp` are the signature's."""
    moments = {name: claims.pop(name) for name in ("nbf", "exp", "iat") if name in claims}
    if any(not isinstance(moment, int | float) or isinstance(moment, bool) for moment in moments.values()):
        raise ProofError("malformed", "a moment in the claims of the JWS is not a number")
    moments.pop("iat", None)
    if moments.get("nbf", 0) > now.timestamp() or moments.get("exp", float("inf")) <= now.timestamp():
        raise ProofError("proof_expired", "the JWS is not valid now")
    _demand_agreement(claims, _said(credential))


def _said(credential: Json) -> Json:
    """What the credential says of all that can be a claim, in either data model; raises ProofError `malformed`."""
    old = "issuanceDate" in credential and "validFrom" not in credential
    begins, ends = ("issuanceDate", "expirationDate") if old else ("validFrom", "validUntil")
    said: Json = {"iss": issuer_id(credential)}
    subject = credential.get("credentialSubject")
    if isinstance(subject, dict) and "id" in subject:
        said["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "id" in credential:
        said["jti"] = demand_text(credential["id"], "id")
    said |= {
        name: _seconds(credential[member], member)
        for name, member in (("nbf", begins), ("exp", ends))
        if member in credential
    }
    return said


def _demand_agreement(claims: Json, said: Json) -> None:
    for name, claim in claims.items():
        if name not in said or claim != said[name] or type(claim) is not type(said[name]):
            raise ProofError(
                "claims_disagree", "the claims of the JWS and the credential in it say different things"
            )


def _types(credential: Json) -> list[str]:
    types = credential.get("type")
    return [name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)]


def _whole_seconds(value: object, name: str) -> int:
    seconds = _moment(value, name).timestamp()
    if seconds % 1:
        raise ProofError("malformed", f"`{name}` has parts of seconds, which a JWT cannot say")
    return int(seconds)


def _seconds(value: object, name: str) -> int:
    return int(_moment(value, name).timestamp() // 1)


def _moment(value: object, name: str) -> datetime:
    try:
        moment = from_timestamp(value)
        moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise ProofError("malformed", f"`{name}` is not a moment") from error
    return moment
