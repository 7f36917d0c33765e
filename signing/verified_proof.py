"""What a proof that holds tells."""

from __future__ import annotations

from dataclasses import dataclass

from signing.json_text import Json
from signing.keys import VerificationMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedProof:
    """The credential without its proof, and the key it was signed with.

    The signature holds; whether `verification_method.controller` is the issuer is for the caller to compare.
    `left_out`: what the frame of a JWT should repeat of its credential, and does not.
    """

    credential: Json
    proof_name: str
    verification_method: VerificationMethod
    left_out: tuple[str, ...] = ()
