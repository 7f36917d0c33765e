"""Canonical JSON (JCS): the text that is hashed where a proof signs the JSON itself.

Source: RFC 8785, JSON Canonicalization Scheme: names sorted by their UTF-16 units, numbers as ECMAScript writes them.
"""

from __future__ import annotations

import json
from typing import Any

from signing.errors import UnsafeDocumentError

#: Above this, readers that keep all numbers as doubles read another integer than the one that is written.
_EXACT_INTEGER = 2**53


def canonical_json(value: Any) -> str:
    """The canonical text of a JSON value; raises UnsafeDocumentError for a number that readers would round."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{canonical_json(part)}" for name, part in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return _number(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: int | float) -> str:
    """As `Number.prototype.toString` of ECMAScript writes it.

    `repr` of Python gives the same digits, the fewest that give the number back; only where the point and the exponent
    go differs. `point` is where the decimal point is, counted from the first digit.
    """
    if isinstance(value, int):
        if abs(value) > _EXACT_INTEGER:
            raise UnsafeDocumentError("an integer is too long for some readers")
        return str(value)
    if value != value or abs(value) == float("inf"):
        raise UnsafeDocumentError("a number is not a number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + digits[0] + (f".{digits[1:]}" if digits[1:] else "") + power
