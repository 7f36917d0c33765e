"""as_jsonld: any value of `badges.model` as JSON-LD, by one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from signing.json_text import Json
from signing.timestamps import as_timestamp


@dataclass(frozen=True, slots=True)
class Rendered:
    """A value of badges.model that is JSON-LD already, for all the documents it is a part of; nobody may change it."""

    json: Json


def as_jsonld(value: Any) -> Json:
    """A value of badges.model as a JSON object.

    Names become camelCase (`context` becomes `@context`); what is None or empty is left out; tuples become arrays;
    times are written in UTC with a Z, in whole seconds; a Decimal becomes a number, whole where it is whole.
    Raises TypeError for another value, and ValueError for a time without a zone.
    """
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} is no value of badges.model")
    json: Json = _json(value)
    return json


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Rendered):
        return value.json
    kind: Any = type(value)
    terms = _terms(kind)
    if terms is not None:
        json = {}
        for term, name in terms:
            part = getattr(value, name)
            if part is not None and part != () and (part := _json(part)) not in ([], {}):
                json[term] = part
        return json
    match value:
        case tuple():
            return [_json(item) for item in value]
        case Mapping():
            return {language: text for language, text in value.items() if text}
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a time without its zone says nothing")
            return as_timestamp(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case _:
            return value


@cache
def _terms(kind: Any) -> tuple[tuple[str, str], ...] | None:
    """The term of each field of a class, and the field; None for any other type."""
    if not is_dataclass(kind):
        return None
    return tuple((field.metadata.get("term") or _term(field.name), field.name) for field in fields(kind))


def _term(name: str) -> str:
    if name == "context":
        return "@context"
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
