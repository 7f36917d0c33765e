"""The registered claims of a VC-JWT: `iss`, `jti`, `sub`, `nbf` and `exp`, which repeat members of the credential.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; VCDM 1.1, "JSON Web Token"; W3C Securing Verifiable
Credentials using JOSE and COSE; RFC 7519.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from signing.binding import demand_text, issuer_id
from signing.document_loader import CREDENTIALS_V1
from signing.errors import ProofError
from signing.json_text import Json
from signing.timestamps import as_timestamp, from_timestamp

REGISTERED = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat"})
#: Allowed beside the claim `vc`: for whom the token was made, which says nothing about the credential.
_BESIDE_VC = frozenset({"vc", "aud", "nonce", "cnf"})


def claims_of(credential: Json) -> Json:
    """The registered claims that an issued JWT of the credential must have; raises ProofError `malformed`.

    A JWT counts in whole seconds, so `validFrom` and `validUntil` of a credential that is issued must be whole too.
    """
    valid_from = demand_text(credential.get("validFrom"), "validFrom")
    claims: Json = {
        "iss": issuer_id(credential),
        "jti": demand_text(credential.get("id"), "id"),
        "nbf": _whole_seconds(valid_from, "validFrom"),
    }
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        raise ProofError("malformed", "`credentialSubject` is missing")
    if "id" in subject:
        claims["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "validUntil" in credential:
        claims["exp"] = _whole_seconds(credential["validUntil"], "validUntil")
    return claims


def unwrapped(payload: Json, claims: Json) -> Json:
    """The credential of a VCDM 1.1 token: the claim `vc`, with the members that it leaves to the registered claims.

    Raises ProofError `malformed`.
    """
    credential = payload["vc"]
    if not isinstance(credential, dict) or payload.keys() - _BESIDE_VC:
        raise ProofError("malformed", "beside `vc` there is something that is no claim")
    contexts = credential.get("@context")
    if contexts != CREDENTIALS_V1 and (not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V1]):
        raise ProofError("malformed", "`vc` is for credentials of the data model 1.1")
    for name, claim in (("issuer", "iss"), ("id", "jti")):
        if name not in credential and claim in claims:
            credential = credential | {name: claims[claim]}
    for name, claim in (("issuanceDate", "nbf"), ("expirationDate", "exp")):
        if name not in credential and claim in claims:
            credential = credential | {name: _timestamp_of(claims[claim])}
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    if isinstance(issuer, dict) and "id" not in issuer and "iss" in claims:
        credential = credential | {"issuer": issuer | {"id": claims["iss"]}}
    if isinstance(subject, dict) and "id" not in subject and "sub" in claims:
        credential = credential | {"credentialSubject": subject | {"id": claims["sub"]}}
    return credential


def compare_open_badges(claims: Json, credential: Json) -> tuple[str, ...]:
    """The names of the claims that Open Badges 3.0 requires and the token leaves out.

    A claim that is there must equal the credential, `iat` excepted: the credential has no member for it. Raises
    ProofError `claims_disagree`, or `malformed` for a credential without a member that a claim repeats.
    """
    expected = _expected(credential)
    for name, member in (("jti", "id"), ("nbf", "validFrom")):
        if name not in expected:
            raise ProofError("malformed", f"`{member}` is missing")
    if not isinstance(credential.get("credentialSubject"), dict):
        raise ProofError("malformed", "`credentialSubject` is missing")
    _demand_agreement({name: value for name, value in claims.items() if name != "iat"}, expected)
    return tuple(name for name in expected if name not in claims)


def compare_w3c(claims: Json, credential: Json, now: datetime) -> None:
    """Compares the claims as W3C VC-JOSE-COSE reads them: all are optional, and those present equal the credential.

    `nbf` and `exp` limit the validity of the signature there, not that of the credential.
    Raises ProofError `malformed`, `proof_expired` or `claims_disagree`.
    """
    times = {name: claims[name] for name in ("nbf", "exp", "iat") if name in claims}
    if any(not isinstance(time, int | float) or isinstance(time, bool) for time in times.values()):
        raise ProofError("malformed", "a moment in the claims of the JWS is not a number")
    if times.get("nbf", 0) > now.timestamp() or times.get("exp", float("inf")) <= now.timestamp():
        raise ProofError("proof_expired", "the JWS is not valid now")
    others = {name: value for name, value in claims.items() if name not in times}
    _demand_agreement(others, _expected(credential))


def _expected(credential: Json) -> Json:
    """The registered claims as the credential has them, in either data model; raises ProofError `malformed`."""
    is_vcdm_1 = "issuanceDate" in credential and "validFrom" not in credential
    begin, end = ("issuanceDate", "expirationDate") if is_vcdm_1 else ("validFrom", "validUntil")
    expected: Json = {"iss": issuer_id(credential)}
    subject = credential.get("credentialSubject")
    if isinstance(subject, dict) and "id" in subject:
        expected["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "id" in credential:
        expected["jti"] = demand_text(credential["id"], "id")
    expected |= {
        name: _seconds(credential[member], member)
        for name, member in (("nbf", begin), ("exp", end))
        if member in credential
    }
    return expected


def _demand_agreement(claims: Json, expected: Json) -> None:
    for name, claim in claims.items():
        # The types too: to Python, 1 equals True and 1.0.
        if name not in expected or claim != expected[name] or type(claim) is not type(expected[name]):
            raise ProofError(
                "claims_disagree", "the claims of the JWS and the credential in it say different things"
            )


def _timestamp_of(claim: Any) -> str:
    """A claim in seconds as the timestamp that a credential would have; raises ProofError `malformed`."""
    try:
        if isinstance(claim, bool):
            raise ValueError("not a number")
        return as_timestamp(datetime.fromtimestamp(claim, UTC))
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ProofError("malformed", "a moment in the claims of the JWS is not a number") from error


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
