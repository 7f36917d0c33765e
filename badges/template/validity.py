"""Validity: how long the badges of a template are valid."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from badges.days import day_of, end_of_day
from badges.reader import Reader
from badges.template.kinds import Day, Kind, WholeNumber
from signing.json_text import Json

MOST_MONTHS = 1200
_MONTHS = WholeNumber(1, MOST_MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """Either a number of months from the day of the award, or one last day for all badges."""

    months: int | None = None
    last_day: date | None = None

    def ends(self, awarded_at: datetime, zone: tzinfo) -> datetime:
        """The last second in which a badge that was awarded then is valid; days are days of `zone`, the issuer's.

        A month later is the same day of the month, or its last day where it has no such day.
        """
        return end_of_day(self.last_day or _months_later(day_of(awarded_at, zone), self.months or 0), zone)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class ValidityPeriod(Kind):
    """A Validity; none where badges do not expire."""

    control = "validity"

    @property
    def bounds(self) -> tuple[int, int]:
        return _MONTHS.bounds

    def read(self, reader: Reader, value: Any, pointer: str) -> Validity | None:
        if value is None or value == {}:
            return None
        known = reader.known_fields(value, pointer, ("months", "last_day"))
        validity = Validity(
            months=_MONTHS.read(reader, known.get("months"), f"{pointer}/months"),
            last_day=Day().read(reader, known.get("last_day"), f"{pointer}/last_day"),
        )
        if known.get("months") and known.get("last_day"):
            reader.problem(f"{pointer}/last_day", "months_or_day")
        return validity if validity.months or validity.last_day else None

    def schema(self) -> Json:
        return {
            "type": "object",
            "properties": {"months": _MONTHS.schema(), "last_day": Day().schema()},
            "maxProperties": 1,
            "additionalProperties": False,
        }

    def words(self) -> str:
        return (
            f"`{{months = 1..{MOST_MONTHS}}}` or `{{last_day = day}}`; valid without end where there is none"
        )
