"""Key proofs: by which a wallet shows that it has the key to which a credential is to be bound.

A key proof is a JWT that the wallet signs for one issuer, with a nonce of that issuer in it. Who is to be the holder is
spelled in its header: a did:key or a did:jwk, or the key itself. Nothing is fetched for it.
Source: OpenID for Verifiable Credential Issuance 1.0, Appendix F.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from signing import did
from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.json_text import Json
from signing.jws import check_signature, object_of, parts_of
from signing.keys import PublicKey, algorithm, from_jwk, jwk

TYPE = "openid4vci-proof+jwt"
#: The key that each algorithm of JOSE signs with, of those that are taken.
ALGORITHMS = {"ES256": "P-256", "EdDSA": "Ed25519"}
#: Many times as long as any that names one key.
MAX_CHARACTERS = 20_000
#: How old a proof may be, and how far off the clock of a wallet: the nonce is what makes it new.
MAX_AGE = timedelta(minutes=10)
MAX_AHEAD = timedelta(minutes=2)
_DIDS = ("did:key:", "did:jwk:")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyProof:
    """Whose key was shown. `holder` is their DID where the header names one; None where it has the key itself.

    `method` is what the header names it by: the full DID URL. `nonce` is None where the proof has none.
    """

    public: PublicKey
    holder: str | None
    method: str | None
    nonce: str | None

    @property
    def did(self) -> str:
        """Who is shown to be the holder: the DID that the proof names, or the did:jwk that spells its key."""
        return self.holder or did.did_jwk(self.key)

    @property
    def key(self) -> Json:
        """The public key as a JWK, with nothing in it but the key."""
        return {name: value for name, value in jwk(self.public, "").items() if name in _KEY_MEMBERS}


_KEY_MEMBERS = ("kty", "crv", "x", "y")


def verify_key_proof(text: str, audience: str, now: datetime) -> KeyProof:
    """The key proof, where it was made for `audience`, and not long ago. Whether its nonce is good is not asked here.

    Raises ProofError.
    """
    if len(text) > MAX_CHARACTERS:
        raise ProofError("unreadable", "the key proof is too long")
    head, body, _ = parts_of(text)
    header, claims = object_of(head), object_of(body)
    _check_header(header)
    proof = _named_key(header, claims)
    check_signature(text, proof.public)
    _check_claims(claims, audience, now)
    return proof


def _check_header(header: Json) -> None:
    if header.get("typ") != TYPE:
        raise ProofError("malformed", f"the typ of a key proof is {TYPE}")
    if header.get("alg") not in tuple(ALGORITHMS):
        raise ProofError("wrong_algorithm", f"a key proof is signed with {' or '.join(ALGORITHMS)}")
    if "crit" in header or header.get("b64") is False:
        raise ProofError("malformed", "the header of the key proof has members that change what is signed")
    if len(header.keys() & {"kid", "jwk", "x5c"}) != 1:
        raise ProofError("no_key_named", "the header of a key proof has either a kid or a jwk")


def _named_key(header: Json, claims: Json) -> KeyProof:
    nonce = claims.get("nonce")
    if nonce is not None and not isinstance(nonce, str):
        raise ProofError("malformed", "the nonce of the key proof is no text")
    try:
        if "jwk" in header:
            public, holder, method = from_jwk(header["jwk"]), None, None
        else:
            public, holder, method = _key_of(header.get("kid"))
        named = algorithm(public)
    except (UnusableKeyError, KeyNotFoundError) as error:
        raise ProofError("key_not_found", f"the key of the key proof cannot be used: {error}") from error
    if named != ALGORITHMS[header["alg"]]:
        raise ProofError("wrong_algorithm", "the key of the key proof is not one of its algorithm")
    return KeyProof(public=public, holder=holder, method=method, nonce=nonce)


def _key_of(kid: object) -> tuple[PublicKey, str, str]:
    """The key that the DID spells, the DID, and the address of the key in it. Raises KeyNotFoundError."""
    if not isinstance(kid, str) or not kid.startswith(_DIDS):
        raise KeyNotFoundError("the kid of a key proof is a did:key or a did:jwk")
    holder = kid.partition("#")[0]
    # With itself as the issuer nothing is looked up elsewhere.
    found = did.find_key(kid, holder, _fetch_nothing)
    return found.public, holder, found.id


def _fetch_nothing(_url: str) -> NoReturn:
    raise KeyNotFoundError("nothing is fetched for a key proof")


def _check_claims(claims: Json, audience: str, now: datetime) -> None:
    if claims.get("aud") != audience and claims.get("aud") != [audience]:
        raise ProofError("claims_disagree", "the key proof was made for another issuer")
    if "iss" in claims and not isinstance(claims["iss"], str):
        raise ProofError("malformed", "the iss of the key proof is no text")
    made = _moment(claims.get("iat"), "iat")
    # Compared and not subtracted: a number may be too large for a float.
    if not (now - MAX_AGE).timestamp() <= made <= (now + MAX_AHEAD).timestamp():
        raise ProofError("proof_expired", "the key proof was not made just now")
    # Nobody has to say how long it is good; where a wallet does, nobody may take it after (RFC 7519, 4.1.4).
    if "exp" in claims and _moment(claims["exp"], "exp") <= (now - MAX_AHEAD).timestamp():
        raise ProofError("proof_expired", "the key proof has ended")
    if "nbf" in claims and _moment(claims["nbf"], "nbf") > (now + MAX_AHEAD).timestamp():
        raise ProofError("proof_expired", "the key proof has not begun")


def _moment(value: object, claim: str) -> float:
    """Seconds since 1970. Raises ProofError `unreadable_claim`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProofError("unreadable_claim", f"the {claim} of the key proof is no number")
    return value
