"""A long list of what organisations signed, in parts: the address of the page names one by its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request

from lti_tool.store import Session
from lti_tool.store.models import EndorsementRow
from lti_tool.web.organisations.shown_endorsements import ShownEndorsement, shown

#: Each of them is verified for the page.
SIZE = 10

#: The rows of a list: so many, after so many others.
Find = Callable[[int, int], Sequence[EndorsementRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a list, by its `number` from 1; `has_older`: whether another one follows."""

    endorsements: Sequence[ShownEndorsement]
    number: int
    has_older: bool


def asked_part(session: Session, find: Find) -> Part:
    """The part that the address asks for, the first one where it names none."""
    number = part_number()
    # One more than is shown, which tells whether there is one.
    found = find((number - 1) * SIZE, SIZE + 1)
    return Part(
        endorsements=[shown(session, row) for row in found[:SIZE]],
        number=number,
        has_older=len(found) > SIZE,
    )


def part_number() -> int:
    """The number in the address; 1 for what is none."""
    typed = request.args.get("part", "")
    return max(1, int(typed)) if re.fullmatch("[0-9]{1,6}", typed) else 1
