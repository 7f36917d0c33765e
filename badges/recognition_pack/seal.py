"""The electronic seal around a recognition pack: whether it fits what is in it, and whom its certificate names.

Of the certificate only what it says itself is known here. Whether it is true stands in the trusted list of its country,
and whether it was revoked with who issued it; a validation service asks both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from badges.foreign_json import object_at, objects
from badges.recognition_pack.signed import ReadPack
from signing.errors import ProofError, SealError
from signing.json_text import read_object
from signing.seals.jades import verify_seal

#: That it fits; that the document or the seal is another; that the certificate had ended, or had not begun, by the
#: words of the seal; that it is of no kind that is read here.
SealOutcome = Literal["fits", "does_not_fit", "not_valid_then", "could_not_check"]
_OUTCOMES: dict[str, SealOutcome] = {
    "wrong_signature": "does_not_fit",
    "expired": "not_valid_then",
    "not_yet_valid": "not_valid_then",
}
#: By so much the clock of whoever seals may be ahead.
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSeal:
    """What was found of a seal. The rest is of one that fits, and is what its certificate and its maker say.

    `names_issuer`: whether the certificate has the identifier that every badge of the pack has of its issuer.
    """

    outcome: SealOutcome
    organisation: str = ""
    identifier: str = ""
    sealed_at: datetime | None = None
    names_issuer: bool = False


def check_seal(pack: ReadPack, now: datetime) -> CheckedSeal:
    """What is found of the seal around the pack, which has one."""
    try:
        seal = verify_seal(pack.sealed)
    except SealError as error:
        return CheckedSeal(outcome=_OUTCOMES.get(error.code, "could_not_check"))
    if seal.document != pack.text:
        return CheckedSeal(outcome="could_not_check")
    if seal.sealed_at > now + _AHEAD:
        return CheckedSeal(outcome="not_valid_then")
    certificate = seal.certificate
    return CheckedSeal(
        outcome="fits",
        organisation=certificate.organisation,
        identifier=certificate.identifier,
        sealed_at=seal.sealed_at,
        names_issuer=all(
            certificate.identifier.casefold() in _identifiers(each) for each in pack.credentials
        ),
    )


def _identifiers(credential: str) -> Iterable[str]:
    """The identifiers that the issuer has as a legal person for electronic seals, as its badge says."""
    try:
        issuer = object_at(read_object(credential), "issuer")
    except ProofError:
        return ()
    return {
        str(each.get("identifier")).casefold()
        for each in objects(issuer.get("otherIdentifier"))
        if each.get("identifierType") == "ext:eIDASLegalIdentifier"
    }
