"""as_file_json: a template or an issuer as the JSON that its reader accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any


def as_file_json(value: Any) -> Any:
    """The value as JSON: a dataclass as an object by field names without empty ones, numbers and days as text.

    Numbers are text because JSON has no decimals: a reader would turn 0.1 into a binary fraction.
    """
    if is_dataclass(value) and not isinstance(value, type):
        members = {part.name: as_file_json(getattr(value, part.name)) for part in fields(value)}
        return {name: item for name, item in members.items() if item not in (None, {}, [])}
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple():
            return [as_file_json(item) for item in value]
        case Mapping():
            return {name: as_file_json(item) for name, item in value.items()}
        case _:
            return value
