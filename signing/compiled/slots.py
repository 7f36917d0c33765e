"""Slots: the positions in a credential whose values differ from one credential to the next.

While a form is compiled, each slot holds a *mark* in place of its value, so that the position can be found again in the
expanded statements. The mark of a text is an address, because a slot may be an `id`, which has to be one. The mark of a
number is a text between two private use characters: no context can make an address of it, as none can of a number.
"""

from __future__ import annotations

import re
from typing import Any

#: Where a value is: names of members and indexes of lists.
Path = tuple[str | int, ...]

#: A mark in a term of a statement, and in JSON text; the one group or the other is the number of the slot.
MARK = re.compile("https://slot\\.invalid/(\\d+)/|\ue000(\\d+)\ue001")
MARK_IN_JSON = re.compile('"(?:https://slot\\.invalid/(\\d+)/|\\\\ue000(\\d+)\\\\ue001)"')
#: What a credential may not have in it before it is marked.
PART_OF_MARK = re.compile("slot\\.invalid|[\ue000\ue001]")


def mark_of(number: int, value: str | float) -> str:
    """The mark of the slot with this number, which holds a value like this one."""
    return f"https://slot.invalid/{number}/" if isinstance(value, str) else f"\ue000{number}\ue001"


def slot_of(mark: re.Match[str]) -> int:
    """The number of the slot that a match of MARK or MARK_IN_JSON is for."""
    return int(mark[1] or mark[2])


def is_leaf(value: Any) -> bool:
    """Whether a slot may hold the value: a text or a number. A truth value decides more than itself in a form."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def value_at(document: Any, path: Path) -> Any:
    """Raises KeyError, IndexError or TypeError where the path leads nowhere."""
    for step in path:
        document = document[step]
    return document
