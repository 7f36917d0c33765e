"""The registered claims of a VC-JWT: `iss`, `jti`, `sub`, `nbf` and `exp`, which repeat members of the credential.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; VCDM 1.1, "JSON Web Token"; W3C Securing Verifiable
Credentials using JOSE and COSE; RFC 7519.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from signing.absent import is_absent
from signing.binding import demand_text, issuer_id, only_one
from signing.document_loader import CREDENTIALS_V1
from signing.errors import ProofError
from signing.json_text import Json
from signing.timestamps import as_timestamp, possible_ends, possible_moments

REGISTERED = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat"})
#: The moments that decide whether a token is valid.
_MOMENTS = ("nbf", "exp")
#: What a fraction of seconds may differ by, once it has been a floating-point number in a token.
_MILLISECOND = 0.001
_EXACT_INTEGER = 2**53
#: Members of credentials. Beside the claim `vc` they would say something about the credential in it, or against it; all
#: other claims beside it, such as for whom the token was made, say nothing about the credential.
_MEMBERS = frozenset(
    "@context id type name description image issuer credentialSubject validFrom validUntil issuanceDate expirationDate "
    "awardedDate credentialStatus credentialSchema evidence endorsement endorsementJwt refreshService termsOfUse "
    "proof".split()
)


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


def issuer_of(payload: Json, claims: Json) -> str:
    """The id of the issuer of the credential in the payload; raises ProofError `malformed`.

    Only a credential in the claim `vc` may leave it to the claim `iss`.
    """
    credential = payload if payload.get("vc") is None else payload["vc"]
    if not isinstance(credential, dict):
        raise ProofError("malformed", "`vc` is no credential")
    issuer = only_one(credential.get("issuer"))
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    return demand_text(
        claims.get("iss") if issuer is None and credential is not payload else issuer, "issuer"
    )


def unwrapped(payload: Json, claims: Json) -> Json:
    """The credential of a VCDM 1.1 token: the claim `vc`, with the members that it leaves to the registered claims.

    Raises ProofError `malformed`, `claims_disagree` or `unreadable_claim`.
    """
    credential: Json = payload["vc"]
    contexts = credential.get("@context")
    if contexts != CREDENTIALS_V1 and (not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V1]):
        raise ProofError("malformed", "`vc` is for credentials of the data model 1.1")
    if any(payload[name] != credential.get(name) for name in _MEMBERS & payload.keys()):
        raise ProofError("claims_disagree", "beside `vc` there is something else about the credential")
    for name, claim in (("issuer", "iss"), ("id", "jti")):
        if is_absent(credential.get(name)) and claim in claims:
            credential = credential | {name: claims[claim]}
    for name, claim in (("issuanceDate", "nbf"), ("expirationDate", "exp")):
        if is_absent(credential.get(name)) and claim in claims:
            credential = credential | {name: _timestamp_of(claims[claim])}
    issuer, subject = only_one(credential.get("issuer")), only_one(credential.get("credentialSubject"))
    if isinstance(issuer, dict) and is_absent(issuer.get("id")) and "iss" in claims:
        credential = credential | {"issuer": issuer | {"id": claims["iss"]}}
    if isinstance(subject, dict) and is_absent(subject.get("id")) and "sub" in claims:
        credential = credential | {"credentialSubject": subject | {"id": claims["sub"]}}
    return credential


def present_claims(claims: Json) -> Json:
    """The registered claims without null, which is none.

    Raises ProofError `unreadable_claim` for an `nbf` or `exp` that is no number, null too: these two are never there to
    say nothing, and readers differ in what they make of null.
    """
    for name in _MOMENTS:
        if name in claims:
            _demand_number(claims[name])
    return {name: claim for name, claim in claims.items() if claim is not None}


def compare_open_badges(claims: Json, credential: Json) -> tuple[str, ...]:
    """The names of the claims that Open Badges 3.0 requires and the token leaves out.

    A claim that is there must equal the credential, `iat` excepted: the credential has no member for it. Nor has one
    without an id anything that `jti` could contradict. Raises ProofError `wrong_iss`, `claims_disagree` or `malformed`.
    """
    expected = _expected(credential)
    without = {"iat"} if "jti" in expected else {"iat", "jti"}
    _demand_agreement({name: value for name, value in claims.items() if name not in without}, expected)
    return tuple(name for name in expected if name not in claims)


def compare_w3c(claims: Json, credential: Json, now: datetime) -> None:
    """Compares the claims as W3C VC-JOSE-COSE reads them: all are optional, and those present equal the credential.

    A subject or a credential without an id has nothing that `sub` or `jti` could contradict. `nbf` and `exp` limit the
    validity of the signature there, not that of the credential.
    Raises ProofError `malformed`, `proof_expired`, `wrong_iss` or `claims_disagree`.
    """
    if claims.get("nbf", 0) > now.timestamp() or claims.get("exp", float("inf")) <= now.timestamp():
        raise ProofError("proof_expired", "the JWS is not valid now")
    expected = _expected(credential)
    without_id = {name for name in ("jti", "sub") if name not in expected}
    if (
        isinstance(credential.get("credentialSubject"), list)
        and only_one(credential["credentialSubject"]) is None
    ):
        without_id.discard("sub")  # of several subjects, nobody can say whose id it is
    others = {name: value for name, value in claims.items() if name not in {*_MOMENTS, "iat", *without_id}}
    _demand_agreement(others, expected)


#: What a registered claim may repeat.
_COMPARED = (
    "id",
    "issuer",
    "credentialSubject",
    "issuanceDate",
    "expirationDate",
    "validFrom",
    "validUntil",
)


def _expected(credential: Json) -> Json:
    """The registered claims as the credential has them, in either data model; `nbf` and `exp` as `_moments` has them.

    Null and empty lists are absent. Raises ProofError `malformed`.
    """
    credential = {name: credential[name] for name in _COMPARED if not is_absent(credential.get(name))}
    is_vcdm_1 = "issuanceDate" in credential and "validFrom" not in credential
    begin, end = ("issuanceDate", "expirationDate") if is_vcdm_1 else ("validFrom", "validUntil")
    expected: Json = {"iss": issuer_id(credential)}
    subject = only_one(credential.get("credentialSubject"))
    if isinstance(subject, dict) and not is_absent(subject.get("id")):
        expected["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "id" in credential:
        expected["jti"] = demand_text(credential["id"], "id")
    expected |= {
        name: _moments(only_one(credential[member]), member, read)
        for name, member, read in (("nbf", begin, possible_moments), ("exp", end, possible_ends))
        if member in credential
    }
    return expected


def _demand_agreement(claims: Json, expected: Json) -> None:
    if "iss" in claims and claims["iss"] != expected["iss"]:
        raise ProofError("wrong_iss", "the JWS names another issuer than the credential in it")
    for name, claim in claims.items():
        if name not in expected or not _agree(claim, expected[name]):
            raise ProofError(
                "claims_disagree", "the claims of the JWS and the credential in it say different things"
            )


def _agree(claim: Any, expected: Any) -> bool:
    """Whether a claim says the same as the member of the credential: in whole seconds, or with their fraction."""
    if not isinstance(expected, tuple):
        return bool(claim == expected)
    first, last = expected
    return bool(claim == first // 1 or first - _MILLISECOND < claim < last + _MILLISECOND)


def _timestamp_of(claim: Any) -> str:
    """A claim in seconds as the timestamp that a credential would have; raises ProofError `unreadable_claim`."""
    try:
        moment = datetime.fromtimestamp(_demand_number(claim), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ProofError(
            "unreadable_claim", "a moment in the claims of the JWS is out of all bounds"
        ) from error
    return as_timestamp(moment) if claim % 1 == 0 else moment.isoformat()


def _demand_number(claim: Any) -> float:
    if isinstance(claim, int | float) and not isinstance(claim, bool) and abs(claim) <= _EXACT_INTEGER:
        return claim
    raise ProofError("unreadable_claim", "a moment in the claims of the JWS is not a number of seconds")


def _whole_seconds(value: object, name: str) -> int:
    seconds, last = _moments(value, name)
    if seconds % 1 or seconds != last:
        raise ProofError("malformed", f"`{name}` is not a moment in whole seconds")
    return int(seconds)


def _moments(
    value: object, name: str, read: Callable[[object], tuple[datetime, datetime]] = possible_moments
) -> tuple[float, float]:
    """The first and the last moment that a timestamp may mean, in seconds; raises ProofError `malformed`."""
    try:
        first, last = (moment.timestamp() for moment in read(value))
    except (ValueError, OverflowError) as error:
        raise ProofError("malformed", f"`{name}` is not a moment") from error
    return first, last
