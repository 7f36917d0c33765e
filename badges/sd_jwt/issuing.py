"""Both forms of a badge as an SD-JWT, bound to the key of its holder.

In both the learner may leave out the parts of `badges.disclosure.PARTS`, and nothing else. There are no decoys: they
would hide how many of these parts a badge has, which its achievement says anyway, and a verifier could never say that
nothing is left out.

Sources: SD-JWT-based Verifiable Digital Credentials (draft); W3C Securing Verifiable Credentials using JOSE and COSE,
"Securing with SD-JWT"; RFC 7800 (`cnf`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from badges.disclosure import part_paths
from badges.sd_jwt.claims import as_claims
from signing.binding import issuer_id, only_one
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import Json
from signing.keys import PublicKey, SigningKey, jwk
from signing.sd_jwt.issuing import issue
from signing.sd_jwt.key_binding import holder_key
from signing.secured import SecuredCredential

#: What a JWK says of a key beside the key itself; a wallet may add more, which is nobody's business.
_ABOUT_KEY = frozenset({"kid", "alg", "use"})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The claim `cnf`: which key the holder has to show that they have."""

    claim: Json


def confirm_key(did: str) -> Confirmation:
    """The holder's key itself, of a did:key or did:jwk; raises UnusableKeyError where the DID spells no public key."""
    public = jwk(_spelled(did), "")
    return Confirmation({"jwk": {name: part for name, part in public.items() if name not in _ABOUT_KEY}})


def confirm_address(did: str) -> Confirmation:
    """The holder's key by its whole address, of a did:key or did:jwk; raises as `confirm_key`.

    Credo takes no shorter address.
    """
    _spelled(did)
    fragment = did.removeprefix("did:key:") if did.startswith("did:key:") else "0"
    return Confirmation({"kid": f"{did}#{fragment}"})


def _spelled(did: str) -> PublicKey:
    try:
        if "#" in did:
            raise UnusableKeyError("a DID has no fragment")
        return holder_key({"kid": did})
    except ProofError as error:
        raise UnusableKeyError("the holder's DID spells no public key") from error


def secure_dc_sd_jwt(
    credential: Json, vct: str, holder: Confirmation, key: SigningKey, now: datetime
) -> SecuredCredential:
    """The badge as `dc+sd-jwt` of the type `vct`: see `claims.type_address`.

    `key` is the issuer's P-256 key under its address in the DID document. Raises UnsafeDocumentError for a credential
    that lacks what the claims repeat.
    """
    try:
        claims = as_claims(credential, vct, now)
    except ProofError as error:
        raise UnsafeDocumentError(f"the credential cannot be an SD-JWT: {error}") from error
    return issue(claims | {"cnf": holder.claim}, "dc+sd-jwt", part_paths(credential), key)


def secure_vc_sd_jwt(
    credential: Json, holder: Confirmation, key: SigningKey, now: datetime
) -> SecuredCredential:
    """The whole badge as `vc+sd-jwt`; `key` is as above. Raises UnsafeDocumentError as `issue` does.

    `nbf` and `exp` would be about the signature, not the badge, so there are none.
    """
    try:
        claims = {"iss": issuer_id(credential), "iat": int(now.timestamp()), "cnf": holder.claim}
    except ProofError as error:
        raise UnsafeDocumentError(f"the credential cannot be an SD-JWT: {error}") from error
    return issue(_readable_by_credo(credential) | claims, "vc+sd-jwt", part_paths(credential), key)


def _readable_by_credo(credential: Json) -> Json:
    """The same with a text as the type of each piece of evidence, which JSON-LD does not tell from a list of one.

    Credo 0.6 keeps no credential whose evidence has a list there.
    """
    if "evidence" not in credential:
        return credential
    return credential | {
        "evidence": [each | {"type": only_one(each["type"])} for each in credential["evidence"]]
    }
