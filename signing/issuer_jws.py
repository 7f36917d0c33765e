"""A compact JWS that the issuer of a credential has signed: what a VC-JWT and an SD-JWT have in common.

The algorithm is that of the proof type, never the one that the token names. A token may bring its public key along
(`jwk`); like any other key it counts for the issuer only when the issuer's own document lists it.
"""

from __future__ import annotations

from datetime import datetime

from signing.binding import key_of
from signing.errors import ProofError, UnsafeDocumentError, UnusableKeyError
from signing.json_text import Json
from signing.jws import (
    check_signature,
    header_of,
    names_another_key,
    object_of,
    parts_of,
    verification_method_of,
)
from signing.jwt_claims import REGISTERED
from signing.keys import Algorithm, KeyFinder, SigningKey, VerificationMethod


def demand_securable(credential: Json, key: SigningKey, name: str, algorithm: Algorithm) -> None:
    """Raises UnusableKeyError for a key of another algorithm than that of the proof type `name`.

    Raises UnsafeDocumentError for a credential that has a proof or claims already.
    """
    if key.algorithm != algorithm:
        raise UnusableKeyError(f"{name} needs a key of {algorithm}")
    if "proof" in credential or REGISTERED & credential.keys():
        raise UnsafeDocumentError("the credential has a proof, or claims, already")


def read_signed(text: str, jws: str) -> tuple[Json, Json]:
    """Header and payload of a JWS that has a signature and names the algorithm `jws`; nothing is checked by a key.

    The header is cached: nobody may change it. Raises ProofError `wrong_algorithm` or `no_proof`, and `unreadable`.
    """
    head, body, signature = parts_of(text)
    header, payload = header_of(head), object_of(body)
    if header.get("alg") != jws:
        raise ProofError("wrong_algorithm", f"the JWS is not signed with {jws}")
    if not signature:
        raise ProofError("no_proof", "the JWS has no signature")
    return header, payload


def check_signed_by(
    text: str, header: Json, issuer: str, required: Algorithm, find_key: KeyFinder, now: datetime
) -> VerificationMethod:
    """The issuer's key that the header names, which has signed the JWS.

    Raises ProofError as `key_of` and `check_signature`, and `malformed` for a header that names two keys.
    """
    found = key_of(find_key, verification_method_of(header), issuer, required, now)
    if names_another_key(header, found.public):
        raise ProofError("malformed", "the header of the JWS names two different keys")
    check_signature(text, found.public)
    return found
