"""VC-JWT: the credential as the payload of a compact JWS, signed with ES256.

Source: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; VCDM 2.0 credentials only. The header has `alg`,
`typ` and `kid`, nothing else: a key that a token brings along proves nothing about its issuer.
"""

from __future__ import annotations

import re
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from jwt import InvalidTokenError, PyJWS

from signing.binding import demand_text, issuer_id, key_of
from signing.checked import Checked
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.jsontext import MAX_CHARACTERS, as_text, read_object
from signing.keys import KeyFinder, PublicKey, SigningKey
from signing.multibase import from_base64url
from signing.screen import refuse_ambiguous
from signing.secured import Json, SecuredCredential
from signing.timestamps import from_timestamp

NAME = "vc-jwt"
ALGORITHM = "ES256"
MEDIA_TYPE = "application/jwt"
_TYPES = ("JWT", "vc+jwt", "vc+ld+jwt")
_CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat"})
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    """The compact JWS. `key.verification_method` is its `kid`: an https URL that answers with the bare JWK.

    Raises UnsafeDocumentError for a credential that lacks what the claims repeat.
    """
    if not isinstance(key.private, EllipticCurvePrivateKey):
        raise UnusableKeyError(f"{NAME} needs a P-256 key")
    if "proof" in credential or _CLAIMS & credential.keys():
        raise UnsafeDocumentError("the credential has a proof, or claims, already")
    refuse_ambiguous(credential)
    try:
        claims = _claims(credential)
    except ProofError as error:
        raise UnsafeDocumentError(f"the credential cannot be a JWT: {error}") from error
    text = PyJWS().encode(
        as_text(credential | claims).encode(),
        key.private,
        algorithm=ALGORITHM,
        headers={"kid": key.verification_method},
    )
    return SecuredCredential(text, MEDIA_TYPE)


def recognises(secured: SecuredCredential) -> bool:
    return _COMPACT.fullmatch(secured.text.strip()) is not None


def check(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> Checked:
    text = secured.text.strip()
    if len(text) > MAX_CHARACTERS or not _COMPACT.fullmatch(text):
        raise ProofError("unreadable", "not a compact JWS")
    head, body, _ = text.split(".")
    kid = _kid(_object(head))
    payload = _object(body)
    if "vc" in payload:
        raise ProofError("unknown_proof", "the credential is wrapped as in the data model 1.1")
    credential = {name: value for name, value in payload.items() if name not in _CLAIMS}
    found = key_of(find_key, kid, issuer_id(credential), "P-256", now)
    _verify(text, found.public)
    _compare({name: payload[name] for name in payload if name in _CLAIMS}, _claims(credential))
    return Checked(credential=credential, proof_name=NAME, verification_method=found)


def _object(part: str) -> Json:
    try:
        text = from_base64url(part).decode()
    except ValueError as error:
        raise ProofError("unreadable", "a part of the JWS is not base64url of a text") from error
    return read_object(text)


def _kid(header: Json) -> str:
    """The `kid` of a header that asks for nothing else; the algorithm is ours, never the header's."""
    if header.get("alg") != ALGORITHM:
        raise ProofError("wrong_algorithm", f"the JWS is not signed with {ALGORITHM}")
    if not header.keys() <= {"alg", "typ", "kid"} or header.get("typ", "JWT") not in _TYPES:
        raise ProofError("malformed", "the header of the JWS has members that it may not have")
    return demand_text(header.get("kid"), "kid")


def _verify(text: str, public: PublicKey) -> None:
    try:
        if not isinstance(public, EllipticCurvePublicKey):
            raise InvalidTokenError
        PyJWS().decode(text, public, algorithms=[ALGORITHM])
    except (InvalidTokenError, ValueError, TypeError) as error:
        raise ProofError("bad_signature", "the JWS is not what was signed, or not with this key") from error


def _claims(credential: Json) -> Json:
    """What the registered claims must say; raises ProofError `malformed`.

    Times are whole seconds in a JWT, so they must be in the credential too.
    """
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        raise ProofError("malformed", "`credentialSubject` is missing")
    claims: Json = {
        "iss": issuer_id(credential),
        "jti": demand_text(credential.get("id"), "id"),
        "nbf": _seconds(credential.get("validFrom"), "validFrom"),
    }
    if "id" in subject:
        claims["sub"] = demand_text(subject["id"], "credentialSubject.id")
    if "validUntil" in credential:
        claims["exp"] = _seconds(credential["validUntil"], "validUntil")
    return claims


def _seconds(value: object, name: str) -> int:
    try:
        seconds = from_timestamp(value).timestamp()
    except (ValueError, OverflowError) as error:
        raise ProofError("malformed", f"`{name}` is not a moment") from error
    if seconds % 1:
        raise ProofError("malformed", f"`{name}` has parts of seconds, which a JWT cannot say")
    return int(seconds)


def _compare(claimed: Json, said: Json) -> None:
    """Raise ProofError `claims_disagree`. Older issuers leave `nbf` out, and no JSON reader looks at `iat`."""
    claimed.pop("iat", None)
    claimed.setdefault("nbf", said["nbf"])
    if claimed != said or any(type(claimed[name]) is not type(said[name]) for name in said):
        raise ProofError(
            "claims_disagree", "the claims of the JWS and the credential in it say different things"
        )
