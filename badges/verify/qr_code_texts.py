"""address_in_codes: where the QR codes of one picture lead, or why they lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from badges.verify.handed_in_address import as_address
from badges.verify.report import Finding, failed

#: There are codes, and none is a web address.
WITHOUT_ADDRESS = failed("qr_code_without_address")
#: Their addresses differ, so it is not clear which is that of the badge.
SEVERAL = failed("several_qr_codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCodes:
    """`address` where the codes lead to one, else `why_not`; both are None where there is no code."""

    address: str | None = None
    why_not: Finding | None = None


def address_in_codes(texts: Sequence[str]) -> ReadCodes:
    """The one web address among the texts of a picture's QR codes."""
    addresses = {address for text in texts if (address := as_address(text)) is not None}
    if len(addresses) == 1:
        return ReadCodes(address=addresses.pop())
    if addresses:
        return ReadCodes(why_not=SEVERAL)
    return ReadCodes(why_not=WITHOUT_ADDRESS if texts else None)
