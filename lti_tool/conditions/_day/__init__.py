"""A day as a person chooses it, which is the moment at which it begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo

from lti_tool.conditions.form import FormProblem


def read_day(typed: Mapping[str, str], zone: tzinfo) -> datetime | FormProblem | None:
    """The first moment of the day that was typed into `form.html`, None where none was, or what is wrong with it."""
    text = typed.get("day", "").strip()
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(0), zone)
    except ValueError:
        return FormProblem(field="day", code="not_a_date")


def written_day(moment: datetime, zone: tzinfo) -> str:
    """The day on which the moment is, as `read_day` reads it."""
    return moment.astimezone(zone).date().isoformat()


def read_last_second(typed: Mapping[str, str], zone: tzinfo) -> datetime | FormProblem:
    """The last second of the day that was typed into `form.html`, or what is wrong with it: there has to be one."""
    day = read_day(typed, zone)
    if isinstance(day, datetime):
        return datetime.combine(day.date(), time(23, 59, 59), zone)
    return day or FormProblem(field="day", code="not_a_date")
