"""The electronic seal around a document: whether it fits what is in it, and whom its certificate names.

Of the certificate only what it says itself is known here. Whether it is true stands in the trusted list of its country,
and whether it was revoked with who issued it; a validation service asks both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from signing.errors import SealError
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

    `names_issuer`: whether the certificate has an identifier that the document has of its issuer.
    """

    outcome: SealOutcome
    organisation: str = ""
    identifier: str = ""
    sealed_at: datetime | None = None
    names_issuer: bool = False


def check_seal(
    sealed: str, document: str, identifiers: Iterable[Collection[str]], now: datetime
) -> CheckedSeal:
    """What is found of the seal in that text, which is around the document.

    `identifiers` are those that the document has of its issuer as a legal person: in each place that names the issuer,
    all of which have to have the one of the certificate.
    """
    try:
        seal = verify_seal(sealed)
    except SealError as error:
        return CheckedSeal(outcome=_OUTCOMES.get(error.code, "could_not_check"))
    if seal.document != document:
        return CheckedSeal(outcome="could_not_check")
    if seal.sealed_at > now + _AHEAD:
        return CheckedSeal(outcome="not_valid_then")
    own = seal.certificate.identifier.casefold()
    return CheckedSeal(
        outcome="fits",
        organisation=seal.certificate.organisation,
        identifier=seal.certificate.identifier,
        sealed_at=seal.sealed_at,
        names_issuer=all(own in {each.casefold() for each in named} for named in identifiers),
    )
