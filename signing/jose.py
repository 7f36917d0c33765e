"""VC-JWT: a compact JWS whose payload is the credential.

PyJWT, which reads the id_tokens of launches, is not used here. It accepts what two readers could understand in two
ways: a header or a payload that names a member twice, NaN, padding, and header members that change what is signed; so
each part would have to be read a second time. It does not sign with keys in a device, and takes three times as long to
verify (`make bench`). `tests/signing/proofs/test_vc_jwt.py` shows what it accepts: when that test fails, ask again.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; W3C Securing Verifiable Credentials using JOSE and
COSE; RFC 7515.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, UnsafeDocumentError
from signing.issuer_jws import check_signed_by, demand_securable, read_signed
from signing.json_text import MAX_CHARACTERS, Json
from signing.jws import REFUSED_MEMBERS, algorithm_of, signed_compact, type_of
from signing.jwt_claims import (
    REGISTERED,
    claims_of,
    compare_open_badges,
    compare_w3c,
    issuer_of,
    present_claims,
    unwrapped,
)
from signing.keys import Algorithm, KeyFinder, SigningKey
from signing.safe_mode import sound_text
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

MEDIA_TYPE = "application/jwt"
#: The `typ` of tokens of the W3C standard, where every claim is optional; in Open Badges they are required.
_W3C_TYPES = ("vc+jwt", "vc+ld+jwt", "vc-ld+jwt", "vc+ld+json+jwt")
_OPEN_BADGES_TYPE = "jwt"
#: Status lists follow the W3C standard whatever their `typ`: their `nbf` is when they were signed.
_STATUS_LIST_TYPES = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})


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
        demand_securable(credential, key, self.name, self.key)
        try:
            claims = claims_of(credential)
        except ProofError as error:
            raise UnsafeDocumentError(f"the credential cannot be a JWT: {error}") from error
        header = {"alg": self.jws, "typ": "JWT", "kid": key.verification_method}
        return SecuredCredential(signed_compact(header, sound_text(credential | claims), key), MEDIA_TYPE)

    def recognises(self, secured: SecuredCredential) -> bool:
        text = secured.text.lstrip()
        # A tilde is what an SD-JWT has, and a JWS has not.
        if text.startswith("{") or len(text) > MAX_CHARACTERS or "~" in text:
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
        text = secured.text.strip()
        header, payload = read_signed(text, self.jws)
        token_type = _refuse_header(header)
        claims = {name: payload.pop(name) for name in REGISTERED & payload.keys()}
        found = check_signed_by(text, header, issuer_of(payload, claims), self.key, find_key, now)
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


def _refuse_header(header: Json) -> str:
    """The media type that the token says it has (`typ`), in lower case and without `application/`.

    Raises ProofError `malformed` for a token of another kind, or with a member that changes what is signed. Source:
    RFC 7515, 4.1.9.
    """
    token_type = _OPEN_BADGES_TYPE if header.get("typ") is None else type_of(header)
    if token_type not in (_OPEN_BADGES_TYPE, *_W3C_TYPES):
        raise ProofError("malformed", "the JWS is of another type than a credential")
    if header.keys() & REFUSED_MEMBERS:
        raise ProofError("malformed", "the header of the JWS has members that it may not have")
    return token_type


def _types(credential: Json) -> list[str]:
    types = credential.get("type")
    return [name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)]
