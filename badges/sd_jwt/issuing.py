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
from signing.binding import issuer_id
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import Json
from signing.keys import SigningKey, from_jwk
from signing.sd_jwt.issuing import issue
from signing.sd_jwt.key_binding import holder_key
from signing.secured import SecuredCredential

#: The members of a public key; a wallet may send others, which are nobody's business.
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "n", "e")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The claim `cnf`: which key the holder has to show that they have."""

    claim: Json


def confirm_jwk(jwk: Json) -> Confirmation:
    """The holder's key itself; raises UnusableKeyError for a private one, and one that no proof uses."""
    from_jwk(jwk)
    return Confirmation({"jwk": {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}})


def confirm_did(did_url: str) -> Confirmation:
    """The holder's key by its whole address, a did:key or did:jwk with its fragment; raises UnusableKeyError.

    Credo takes no shorter address.
    """
    if "#" not in did_url:
        raise UnusableKeyError("the address of a key has a fragment")
    try:
        holder_key({"kid": did_url})
    except ProofError as error:
        raise UnusableKeyError("the address of the holder's key does not spell it") from error
    return Confirmation({"kid": did_url})


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
    return issue(credential | claims, "vc+sd-jwt", part_paths(credential), key)
