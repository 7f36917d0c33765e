"""Days as people write them, as the moments at which they begin and end in a time zone."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment of the day there."""
    return datetime.combine(day, time(0), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of the day there."""
    return datetime.combine(day, time(23, 59, 59), zone)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that it is there at an aware moment."""
    return moment.astimezone(zone).date()
