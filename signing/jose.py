"""VC-JWT: a compact JWS whose payload is the credential.

The algorithm is that of the proof type, never the one that the token names. A token may bring its public key along
(`jwk`); like any other key it counts for the issuer only when the issuer's own document lists it.

PyJWT, which reads the id_tokens of launches, is not used here. It accepts what two readers could understand in two
ways: a header or a payload that names a member twice, NaN, padding, and header members that change what is signed; so
each part would have to be read a second time. It does not sign with keys in a device, and takes three times as long to
verify (`make bench`). `tests/signing/proofs/test_vc_jwt.py` shows what it accepts: when that test fails, ask again.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; W3C Securing Verifiable Credentials using JOSE and
COSE; RFC 7515.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature

from signing.binding import demand_text, key_of
from signing.did import did_jwk
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import MAX_CHARACTERS, Json, as_plain_text, read_object
from signing.jwt_claims import (
    REGISTERED,
    claims_of,
    compare_open_badges,
    compare_w3c,
    issuer_of,
    present_claims,
    unwrapped,
)
from signing.keys import Algorithm, KeyFinder, PublicKey, SigningKey, from_jwk, same_key
from signing.multibase import base64url, from_base64url
from signing.safe_mode import sound_text
from signing.secured import SecuredCredential
from signing.signatures import length_of, sign, verify
from signing.verified_proof import VerifiedProof

MEDIA_TYPE = "application/jwt"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
#: An RSA key in the header takes 1,500 characters.
_MAX_HEADER = 20_000
#: The `typ` of tokens of the W3C standard, where every claim is optional; in Open Badges they are required.
_W3C_TYPES = ("vc+jwt", "vc+ld+jwt", "vc-ld+jwt", "vc+ld+json+jwt")
_OPEN_BADGES_TYPE = "jwt"
#: Status lists follow the W3C standard whatever their `typ`: their `nbf` is when they were signed.
_STATUS_LIST_TYPES = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})
#: Header members that would change which bytes or which key the signature is about. All others that we do not know
#: are ignored, as RFC 7515 demands.
_REFUSED_MEMBERS = frozenset({"crit", "b64", "jku", "x5u", "x5c", "enc", "zip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VcJwt:
    """A ProofType: `jws` is the name of its algorithm in JOSE (`alg`), `key` the algorithm of its keys."""

    name: str
    jws: str
    key: Algorithm
    media_type: str = MEDIA_TYPE

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:  # noqa: ARG002
        """The compact JWS. `key.verification_method` becomes its `kid`: an https URL that answers with the bare JWK.

        `now` is not used: the payload has `nbf`, and no `iat`. Raises UnusableKeyError for a key of another algorithm,
        UnsafeDocumentError for a credential that lacks what the claims repeat.
        """
        if key.algorithm != self.key:
            raise UnusableKeyError(f"{self.name} needs a key of {self.key}")
        if "proof" in credential or REGISTERED & credential.keys():
            raise UnsafeDocumentError("the credential has a proof, or claims, already")
        try:
            claims = claims_of(credential)
        except ProofError as error:
            raise UnsafeDocumentError(f"the credential cannot be a JWT: {error}") from error
        header = as_plain_text({"alg": self.jws, "typ": "JWT", "kid": key.verification_method})
        payload = sound_text(credential | claims)
        signed = f"{base64url(header.encode())}.{base64url(payload.encode())}"
        return SecuredCredential(f"{signed}.{base64url(sign(key.private, signed.encode()))}", MEDIA_TYPE)

    def recognises(self, secured: SecuredCredential) -> bool:
        text = secured.text.lstrip()
        if text.startswith("{") or len(text) > MAX_CHARACTERS:
            return False
        return algorithm_of(text) == self.jws

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,  # noqa: ARG002  a ProofType; a JWS signs bytes, not meanings
    ) -> VerifiedProof:
        """The credential, if the signature holds and the claims agree; raises ProofError where not."""
        head, body, signature = _parts(secured.text.strip())
        header, payload = _header(head), _object(body)
        if header.get("alg") != self.jws:
            raise ProofError("wrong_algorithm", f"the JWS is not signed with {self.jws}")
        if not signature:
            raise ProofError("no_proof", "the JWS has no signature")
        token_type = _refuse_header(header)
        claims = {name: payload.pop(name) for name in REGISTERED & payload.keys()}
        method = _verification_method(header)
        found = key_of(find_key, method, issuer_of(payload, claims), self.key, now)
        if _names_another_key(header, found.public):
            raise ProofError("malformed", "the header of the JWS names two different keys")
        try:
            verify(found.public, _signature(signature, found.public), f"{head}.{body}".encode())
        except InvalidSignature as error:
            raise ProofError(
                "bad_signature", "the JWS is not what was signed, or not with this key"
            ) from error
        # What the claims say counts only now: of a changed token the first to say is that it was changed.
        claims = present_claims(claims)
        credential = payload if payload.get("vc") is None else unwrapped(payload, claims)
        missing: tuple[str, ...] = ()
        if token_type in _W3C_TYPES or not _STATUS_LIST_TYPES.isdisjoint(_types(credential)):
            compare_w3c(claims, credential, now)
        else:
            missing = compare_open_badges(claims, credential)
        return VerifiedProof(
            credential=credential, proof_name=self.name, verification_method=found, missing_claims=missing
        )


def is_compact(text: str) -> bool:
    """Whether the text looks like a compact JWS."""
    return _COMPACT.fullmatch(text.strip()) is not None


def _parts(text: str) -> tuple[str, str, str]:
    """Header, payload and signature of a compact JWS, still encoded; raises ProofError `unreadable`."""
    parts = text.split(".", 3) if len(text) <= MAX_CHARACTERS else []
    if len(parts) != 3:
        raise ProofError("unreadable", "not a compact JWS")
    return parts[0], parts[1], parts[2]


def _signature(part: str, public: PublicKey) -> bytes:
    """The decoded signature; raises ProofError `malformed` where it has not the length of those of the key.

    A signature that was cut off says nothing about the credential, so it must not be taken for one that does not match.
    """
    try:
        signature = from_base64url(part)
    except ValueError as error:
        raise ProofError("malformed", "the signature of the JWS is not base64url") from error
    if len(signature) != length_of(public):
        raise ProofError("malformed", "the signature of the JWS is not complete")
    return signature


def algorithm_of(text: str) -> object:
    """The `alg` in the header of a compact JWS; None where there is no header."""
    try:
        return _header(text[: text.find(".")]).get("alg")
    except ProofError:
        return None


@lru_cache(maxsize=64)
def _header(head: str) -> Json:
    """The decoded header; raises ProofError `unreadable`.

    Cached, since all tokens of one key share it: nobody may change the dictionary that is returned.
    """
    if len(head) > _MAX_HEADER:
        raise ProofError("unreadable", "the header of the JWS is too long")
    return _object(head)


def _object(part: str) -> Json:
    try:
        text = from_base64url(part).decode()
    except ValueError as error:
        raise ProofError("unreadable", "a part of the JWS is not base64url of a text") from error
    return read_object(text)


def _refuse_header(header: Json) -> str:
    """The media type that the token says it has (`typ`), in lower case and without `application/`.

    Raises ProofError `malformed` for a token of another kind, or with a member that changes what is signed. Source:
    RFC 7515, 4.1.9.
    """
    named = header.get("typ")
    token_type = _OPEN_BADGES_TYPE if named is None else named.lower() if isinstance(named, str) else ""
    token_type = token_type.removeprefix("application/")
    if token_type not in (_OPEN_BADGES_TYPE, *_W3C_TYPES):
        raise ProofError("malformed", "the JWS is of another type than a credential")
    if header.keys() & _REFUSED_MEMBERS:
        raise ProofError("malformed", "the header of the JWS has members that it may not have")
    return token_type


def _verification_method(header: Json) -> str:
    """The `kid`, or the did:jwk of the key in the header; raises ProofError `no_key_named` or `malformed`."""
    if header.get("kid") is None and header.get("jwk") is None:
        raise ProofError("no_key_named", "the header of the JWS names no key")
    if header.get("jwk") is not None:
        try:
            from_jwk(header["jwk"])
        except UnusableKeyError as error:
            raise ProofError("malformed", f"the `jwk` of the header cannot be used: {error}") from error
        if header.get("kid") is None:
            return did_jwk(header["jwk"])
    return demand_text(header.get("kid"), "kid")


def _names_another_key(header: Json, public: PublicKey) -> bool:
    """Whether a header that has both a `kid` and a `jwk` means another key by the second."""
    if header.get("kid") is None or header.get("jwk") is None:
        return False
    return not same_key(from_jwk(header["jwk"]), public)


def _types(credential: Json) -> list[str]:
    types = credential.get("type")
    return [name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)]
