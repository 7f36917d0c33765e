"""VerifiedProof: what a proof that holds proves."""

from __future__ import annotations

from dataclasses import dataclass

from signing.json_text import Json
from signing.keys import VerificationMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedProof:
    """The credential without its proof, and the key that it was signed with.

    The signature holds. Whether `verification_method.controller` is the issuer of the credential is for the caller to
    compare. `missing_claims`: registered claims that a JWT should have and does not.

    Of an SD-JWT, `credential` is what is shown of it; `hidden` is where parts are left out, once for each (see
    `signing.sd_jwt.processing`), and `confirmation` names the key of its holder, the claim `cnf`.
    """

    credential: Json
    proof_name: str
    verification_method: VerificationMethod
    missing_claims: tuple[str, ...] = ()
    hidden: tuple[tuple[str | int, ...], ...] = ()
    confirmation: Json | None = None
