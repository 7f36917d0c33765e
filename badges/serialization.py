"""as_plain: a value as JSON that the same file of ours could have been read from; what is empty is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any


def as_file_json(value: Any) -> Any:
    """Values become objects by the names of their fields, numbers and days become text."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {part.name: as_file_json(getattr(value, part.name)) for part in fields(value)}
        return {name: item for name, item in said.items() if item not in (None, {}, [])}
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
