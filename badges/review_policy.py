"""ReviewPolicy: whom an issuer has reminded of reviews of its templates, and whether an overdue one stops one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from badges.authority import comparable_address, read_mail_address
from badges.reader import Reader, at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicy:
    """The table `reviews` in the issuer's file.

    With `overdue_stops` a template whose review is overdue gets no new version, no further course, and nobody begins
    with it; whoever takes part already gets the badge. `remind`: e-mail addresses; without one it is the issuer's own.
    """

    overdue_stops: bool = False
    remind: tuple[str, ...] = ()


def read_review_policy(reader: Reader, data: Any, pointer: str) -> ReviewPolicy:
    """The ReviewPolicy in a table of the issuer's file; problems are added to `reader`."""
    table = {} if data is None else reader.known_fields(data, pointer, _FIELDS)
    stops = reader.yes_or_no(table.get("overdue_stops"), at(pointer, "overdue_stops"))
    remind = reader.items(table.get("remind"), at(pointer, "remind"), read_mail_address)
    return ReviewPolicy(
        overdue_stops=bool(stops),
        remind=tuple({comparable_address(each): each for each in remind if each}.values()),
    )


_FIELDS = tuple(ReviewPolicy.__dataclass_fields__)
