"""How the value of a slot is written in N-Quads, where that follows from the value alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from signing.compiled.slots import is_leaf
from signing.dataset import literal_text, number_text
from signing.safe_mode import is_ambiguous

#: The kind of a slot, as stored: one of these two, or the datatype of a number.
ADDRESS = "address"
TEXT = "text"

#: An address that no context can make another one of, except one that defines its scheme (see `compiler`).
_ADDRESS = re.compile(r'(?:https?|urn|did|mailto):[^\x00-\x20<>"{}|\\^`\ud800-\udfff]+')
#: Text that stands in N-Quads as it is.
PLAIN = re.compile(r'[^\x00-\x1f\x7f"\\\ud800-\udfff]*')
#: Characters that are never signed: control characters and halves of surrogate pairs, see `safe_mode`.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class NeedsGeneralPathError(Exception):
    """It is not certain what the general path would make of a value: that path decides."""


def fits(value: Any, kind: str) -> bool:
    """Whether a slot of this kind may hold the value."""
    return isinstance(value, str) == (kind in (TEXT, ADDRESS)) and is_leaf(value)


def converter(kind: str) -> Callable[[Any], str]:
    """The function from the value of an address or a number to its term; it raises NeedsGeneralPathError."""
    if kind == ADDRESS:
        return _as_address
    return lambda value: _as_number(value, kind)


def as_literal(value: Any) -> str:
    """A text, escaped as N-Quads demand; raises NeedsGeneralPathError."""
    if not isinstance(value, str):
        raise NeedsGeneralPathError
    if PLAIN.fullmatch(value):
        return value
    if _UNSAFE.search(value):
        raise NeedsGeneralPathError
    return literal_text(value)


def _as_address(value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise NeedsGeneralPathError
    return value


# Typed, because True and 1.0 equal 1 as keys of a dictionary, and are written differently.
@lru_cache(maxsize=256, typed=True)
def _as_number(value: Any, datatype: str) -> str:
    if not is_leaf(value) or isinstance(value, str) or is_ambiguous(value):
        raise NeedsGeneralPathError
    return number_text(value, datatype)[0]
