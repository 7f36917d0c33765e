"""check_validity: whether the validity period of a credential has begun and has not ended."""

from __future__ import annotations

from datetime import datetime

from badges.verify.foreign_json import is_data_model_1
from badges.verify.report import Finding, failed, passed
from signing.json_text import Json
from signing.timestamps import from_timestamp


def check_validity(credential: Json, now: datetime) -> Finding:
    """Whether `now` is in the period, both ends included. A date that cannot be read fails, never passes."""
    start, end = (
        ("issuanceDate", "expirationDate") if is_data_model_1(credential) else ("validFrom", "validUntil")
    )
    try:
        begins = from_timestamp(credential.get(start))
        ends = from_timestamp(credential[end]) if end in credential else None
    except ValueError:
        return failed("no_dates")
    if now < begins:
        return failed("not_yet_valid", begins.isoformat())
    if ends is not None and now > ends:
        return failed("expired", ends.isoformat())
    return passed("valid" if ends else "no_end")
