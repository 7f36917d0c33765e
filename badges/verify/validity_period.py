"""validity: is it valid already, and still?"""

from __future__ import annotations

from datetime import datetime

from badges.verify.foreign_json import is_data_model_1
from badges.verify.report import Finding, failed, passed
from signing.json_text import Json
from signing.timestamps import from_timestamp


def validity(credential: Json, now: datetime) -> Finding:
    old = is_data_model_1(credential)
    start, end = ("issuanceDate", "expirationDate") if old else ("validFrom", "validUntil")
    try:
        begins = from_timestamp(credential.get(start))
        ends = from_timestamp(credential[end]) if end in credential else None
        if now < begins:
            return failed("not_yet_valid", begins.isoformat())
        if ends is not None and now > ends:
            return failed("expired", ends.isoformat())
    except ValueError:
        return failed("no_dates")
    return passed("valid" if ends else "no_end")
