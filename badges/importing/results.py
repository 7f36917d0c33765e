"""The minimum result of an Open Badges 3.0 achievement and its scale, from its ResultDescriptions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from badges.importing.field_reader import FieldReader
from badges.template.results import PERCENT
from signing.json_text import Json

_MOST = 1000


def read_required_result(value: Any, pointer: str, reader: FieldReader) -> Mapping[str, str]:
    """The fields `required_value` and `scale`; empty where nothing is asked for that a template can ask for.

    A template has one minimum, on a scale that begins at 0. What differs, such as a letter or a rubric level, is noted
    and left out: half of it would ask for something else than the badge did.
    """
    asking = [
        (description, its_pointer)
        for description, its_pointer in reader.each(value, pointer)
        if not _is_absent(description.get("requiredValue")) or description.get("requiredLevel")
    ]
    for description, its_pointer in asking:
        if description.get("requiredLevel"):
            reader.note(f"{its_pointer}/requiredLevel", "no_place", description["requiredLevel"])
    if len(asking) == 1:
        return _read(*asking[0], reader)
    for description, its_pointer in asking:
        if not _is_absent(description.get("requiredValue")):
            reader.note(f"{its_pointer}/requiredValue", "no_place", description["requiredValue"])
    return {}


def _read(description: Json, pointer: str, reader: FieldReader) -> Mapping[str, str]:
    required = reader.number(_bare(description.get("requiredValue")), f"{pointer}/requiredValue", _MOST)
    if required is None:
        return {}
    begins = _bare(description.get("valueMin"))
    if not _is_absent(begins) and reader.number(begins, f"{pointer}/valueMin", _MOST) is not None:
        reader.note(f"{pointer}/valueMin", "no_place", begins)
        return {}
    is_percent = description.get("resultType") == "Percent"
    ends = _bare(description.get("valueMax"))
    if _is_absent(ends) and is_percent:
        ends = str(PERCENT)
    scale = reader.number(ends, f"{pointer}/valueMax", _MOST)
    if scale is None or Decimal(required) > Decimal(scale):
        reader.note(f"{pointer}/requiredValue", "out_of_range" if scale else "no_place", required)
        return {}
    if is_percent:
        return {
            "required_value": format(round(Decimal(required) / Decimal(scale) * PERCENT, 2).normalize(), "f")
        }
    return {"required_value": required, "scale": scale}


def _bare(value: Any) -> Any:
    """The value as a number is written, without a sign for per cent."""
    return value.strip().removesuffix("%").strip() if isinstance(value, str) else value


def _is_absent(value: Any) -> bool:
    return value is None or value == ""
