"""find_breach: where a credential does not have the form of its class, after `open-badges-3.0.toml`.

The file becomes two JSON Schemas (draft 2020-12). The strict form is what the standard calls its serialization: a list
is a list, even of one value. The loose form is that of JSON-LD readers: a single value may replace a list of one, and a
text may be a language map.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from badges.schemas.json_schema import first_breach
from signing.json_text import Json
from signing.timestamps import from_timestamp

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_FILE = Path(__file__).parent / "open-badges-3.0.toml"
_OB_CONTEXT = r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]\.[0-9])*\.json$"
_CLR_CONTEXT = r"^https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.[0-9]\.[0-9])*\.json$"
_V2, _V1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
#: Kind of a member -> the first context, and the patterns of those that follow it.
_CONTEXTS: dict[str, tuple[str, ...]] = {
    "contexts": (_V2, _OB_CONTEXT),
    "contexts1": (_V1, _OB_CONTEXT),
    "clr_contexts": (_V2, _CLR_CONTEXT, _OB_CONTEXT),
    "clr_contexts1": (_V1, _CLR_CONTEXT, _OB_CONTEXT),
}
_EXTENSION = r"ext:[a-zA-Z0-9|._]+"
_PATTERNS = {
    "jws": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$",
    "language": r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
}
_LANGUAGE_KEY = r"^[a-z]{2}(-[A-Z]{2})?$"

Form = Literal["strict", "loose"]


def find_breach(value: Any, name: str, form: Form = "strict") -> str | None:
    """The path of the first member that breaks a rule of the class `name`, as `credentialSubject.achievement.name`.

    None where every rule holds. Raises KeyError for a class that the TOML file does not have. The library recurses
    without a limit of its own: `value` is what `read_object` has read, or not much deeper.
    """
    validator = _validator(name, form)
    try:
        steps = first_breach(validator, value)
    except UnicodeEncodeError:
        # Half a surrogate pair, which `read_object` refuses. To every rule it is as good as a question mark.
        text = json.dumps(value, ensure_ascii=False)
        return find_breach(json.loads(text.encode(errors="replace")), name, form)
    except ValueError:
        # There is a breach, in JSON more than 255 deep, of which the library cannot say where.
        steps = []
    return None if steps is None else _path(steps) or name


def _path(steps: list[str | int]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:60]}" for step in steps)
    return path.removeprefix(".")


@cache
def _validator(name: str, form: Form) -> Validator:
    import jsonschema_rs  # as in `json_schema`: 15 MB

    schemas = _schemas(form)
    return jsonschema_rs.Draft202012Validator(
        {**schemas[name], "$defs": schemas},
        offline=True,
        validate_formats=True,
        formats={"moment": _is_moment, "date": lambda text: _is_moment(f"{text}T00:00:00Z")},
    )


def _is_moment(text: str) -> bool:
    try:
        from_timestamp(text)
    except ValueError:
        return False
    return True


@cache
def _file() -> Json:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _schemas(form: Form) -> Json:
    """Name of a class -> its schema, which refers to the others as `#/$defs/Profile`."""
    return {name: _class_schema(name, form) for name in _file() if name != "lists"}


def _class_schema(name: str, form: Form) -> Json:
    rule = _file()[name]
    required = rule["required"] if form == "strict" else rule.get("required_loosely", rule["required"])
    return {
        "type": "object",
        "required": required.split(),
        "properties": {member: _kind_schema(kind, form) for member, kind in _members(name).items()},
        "additionalProperties": not rule.get("closed", False),
    }


def _members(name: str) -> dict[str, str]:
    """The members of a class: those of the class that it is `like`, except `without`, and its own."""
    rule = _file()[name]
    inherited = _members(rule["like"]) if "like" in rule else {}
    without = rule.get("without", "").split()
    own: dict[str, str] = rule.get("members", {})
    return {member: kind for member, kind in inherited.items() if member not in without} | own


def _kind_schema(kind: str, form: Form) -> Json:
    """The schema of one kind, as the head of the TOML file explains them."""
    name, _, words = kind.partition(":")
    if name == "loosely":
        return _kind_schema(words, form) if form == "loose" else {}
    if kind.endswith("*"):
        return _list_schema(_kind_schema(kind[:-1], form), form)
    match name:
        case "ref":
            return {"if": _text_schema(form), "else": {"$ref": f"#/$defs/{words}"}}
        case "text":
            return _text_schema(form)
        case "jws" | "language":
            return _text_schema(form, pattern=_PATTERNS[name])
        case "is":
            return _text_schema(form, const=words)
        case "words":
            return {"type": "string", "anyOf": [{"enum": _words(words)}, {"pattern": _EXTENSION}]}
        case "only":
            return {"enum": _words(words)}
        case "number":
            # To the library, 1e999 is no number: Python reads it as infinite.
            return {"not": {"type": ["string", "boolean", "null", "array", "object"]}}
        case "truth":
            return {"type": "boolean"}
        case "moment" | "date":
            return {"type": "string", "format": name}
        case "types":
            return _types_schema(words, form)
        case _ if name in _CONTEXTS:
            return _contexts_schema(_CONTEXTS[name], form)
        case _:
            return {"$ref": f"#/$defs/{name}"}


def _words(name: str) -> list[str]:
    words: str = _file()["lists"][name]
    return words.split()


def _list_schema(item: Json, form: Form) -> Json:
    if form == "loose":
        return {"if": {"type": "array"}, "then": {"items": item}, "else": item}
    return {"type": "array", "items": item}


def _text_schema(form: Form, **limits: str) -> Json:
    """A text within the limits; in the loose form also a language map of such texts."""
    text = {"type": "string", **limits}
    if form == "strict":
        return text
    language_map = {
        "type": "object",
        "propertyNames": {"pattern": _LANGUAGE_KEY},
        "additionalProperties": text,
    }
    return _any_of(text, language_map)


def _types_schema(words: str, form: Form) -> Json:
    """A list of types with one of each group; groups are written `A|B C`."""
    text = _text_schema(form)
    groups = [{"contains": {"enum": group.split("|")}} for group in words.split()]
    types = {"type": "array", "items": text, "allOf": groups}
    return _any_of(types, text) if form == "loose" else _any_of(types)


def _contexts_schema(contexts: tuple[str, ...], form: Form) -> Json:
    """A list of contexts that begins with these: an address, then patterns."""
    first, *patterns = contexts
    one = {"type": ["string", "object"]}
    listed = {
        "type": "array",
        "minItems": len(contexts),
        "prefixItems": [
            {"const": first},
            *({"type": "string", "pattern": pattern} for pattern in patterns),
        ],
        "items": one,
    }
    return _any_of(listed, one) if form == "loose" else _any_of(listed)


def _any_of(*schemas: Json) -> Json:
    """One of the schemas; the path of a breach ends here.

    `anyOf` alone would keep each breach of each schema: gigabytes for a language map of 200,000 numbers.
    """
    return {"if": {"anyOf": [*schemas]}, "else": False}
