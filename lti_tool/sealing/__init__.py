"""The electronic seal of the institution that runs the tool: what seals documents in its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from badges.pdf.seal import place_for_seal
from lti_tool.errors import SealingError
from signing.errors import SealError, UnusableKeyError
from signing.seals.cades import detached_seal, most_bytes
from signing.seals.certificates import Claim, SealCertificate
from signing.seals.jades import SigningTime, seal_all
from signing.seals.seal_keys import SealKey

#: Where the key is.
KeyPlace = Literal["file", "device", "remote"]
#: Codes of SealingError that say nothing of the next attempt.
MAY_WORK_LATER = frozenset(
    {"device_fails", "signer_busy", "signer_unreachable", "signer_refuses", "signer_wrong"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The seal of one legal person. `find_key` gives its key, and may ask a remote signer for the certificate."""

    place: KeyPlace
    signing_time: SigningTime = "sigT"
    find_key: Callable[[], SealKey] = field(repr=False)

    def certificate(self) -> SealCertificate:
        """The certificate. Raises SealingError where a remote signer does not give it."""
        return self._key().certificate

    def claim(self) -> Claim:
        """What may be said of the seal: no more than its certificate says of itself.

        A key in a file is in no device for qualified seals, whatever the certificate says. Raises SealingError.
        """
        said = self.certificate().claim
        return "qualified_certificate" if said == "qualified" and self.place == "file" else said

    def check_identifier(self, identifier: str | None) -> None:
        """Raises SealingError `other_legal_person` where the certificate is not that of whom the identifier names."""
        own = self.certificate().identifier
        if identifier is None or own.casefold() != identifier.casefold():
            raise SealingError("other_legal_person", f"the certificate of the seal is that of {own}")

    def seal_all(self, documents: Sequence[str], now: datetime) -> Sequence[str]:
        """Each JSON document with the seal around it, in the same order. Raises SealingError."""
        key = self._key()
        try:
            return seal_all(documents, key, now, self.signing_time)
        except SealError as error:
            raise SealingError(error.code, str(error)) from error
        except UnusableKeyError as error:
            raise SealingError("device_fails", str(error)) from error

    def seal_pdf(self, draw: Callable[[SealCertificate], bytes], now: datetime) -> bytes:
        """The PDF with the seal in it. `draw` gives it for whom the certificate names. Raises SealingError."""
        key = self._key()
        try:
            key.certificate.check_valid(now)
            place = place_for_seal(draw(key.certificate), most_bytes(key.certificate), now)
            return place.filled(detached_seal(place.sealed, key, now))
        except SealError as error:
            raise SealingError(error.code, str(error)) from error
        except UnusableKeyError as error:
            raise SealingError("device_fails", str(error)) from error

    def _key(self) -> SealKey:
        try:
            return self.find_key()
        except SealError as error:
            raise SealingError(error.code, str(error)) from error
