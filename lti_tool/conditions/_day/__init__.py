"""A day as a person chooses it, which is the moment at which it begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from lti_tool.conditions.form import FormProblem

#: Beyond these some other zone has no such day.
_YEARS = range(1900, 9000)


def read_day(typed: Mapping[str, str], zone: tzinfo) -> datetime | FormProblem | None:
    """The first moment of the day that was typed into `form.html`, None where none was, or what is wrong with it."""
    text = typed.get("day", "").strip()
    if not text:
        return None
    try:
        moment = datetime.combine(date.fromisoformat(text), time(0), zone)
    except ValueError:
        return FormProblem(field="day", code="not_a_date")
    return moment if moment.year in _YEARS else FormProblem(field="day", code="not_a_date")


def read_moment(value: Any) -> datetime | None:
    """The time in the JSON object of a rule; None unless it is one with its zone, in ISO 8601."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in _YEARS else None


def written_day(moment: datetime, zone: tzinfo) -> str:
    """The day on which the moment is, as `read_day` reads it."""
    return moment.astimezone(zone).date().isoformat()


def read_last_second(typed: Mapping[str, str], zone: tzinfo) -> datetime | FormProblem:
    """The last second of the day that was typed into `form.html`, or what is wrong with it: there has to be one."""
    day = read_day(typed, zone)
    if isinstance(day, datetime):
        return datetime.combine(day.date(), time(23, 59, 59), zone)
    return day or FormProblem(field="day", code="not_a_date")
