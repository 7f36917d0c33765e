"""breach: the first place where a JSON document breaks a JSON Schema that its issuer named.

Small, because the schema is a stranger's program: what it may cost is bounded, it may refer to itself alone, and a word
not known here means that nothing can be said (SchemaError), never that the document is fine.

Source: JSON Schema drafts 07, 2019-09 and 2020-12, as far as schemas of Open Badges use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from badges.errors import SchemaError
from signing.json_text import Json
from signing.timestamps import from_timestamp

MAX_STEPS = 100_000
MAX_DEPTH = 100
#: Matching takes the length to the power of the repetitions, and twice that for each choice; more is not begun.
MAX_MATCHING = 5_000_000
_TELLS_NOTHING = frozenset(
    "$schema $id $anchor $comment $defs $vocabulary definitions title description default examples deprecated "
    "readOnly writeOnly contentEncoding contentMediaType contentSchema then else additionalItems "
    "minContains maxContains".split()
)
_REPEATED = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
_CHOICE = re.compile(r"(?<![\\(])\?|\|")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d)")


def breach(document: Any, schema: Any) -> str | None:
    """Where the document breaks the schema; None where it does not. Raises SchemaError when that cannot be said."""
    try:
        return next(_Schema(schema).breaches(document, schema, "", 0), None)
    except (RecursionError, re.error, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise SchemaError("the schema is not one that can be read") from error


class _Schema:
    def __init__(self, root: Any) -> None:
        self.root = root
        self.steps = 0

    def breaches(self, value: Any, schema: Any, at: str, depth: int) -> Iterator[str]:
        """The place of each breach."""
        self.steps += 1
        if self.steps > MAX_STEPS or depth > MAX_DEPTH:
            raise SchemaError("the schema asks for too much")
        if schema is True:
            return
        if schema is False:
            yield at or "$"
            return
        if not isinstance(schema, dict):
            raise SchemaError("the schema is not an object")
        for keyword, rule in schema.items():
            if keyword in _TELLS_NOTHING:
                continue
            check = _KEYWORDS.get(keyword)
            if check is None:
                raise SchemaError(f"the schema uses {keyword[:40]!r}, which is not known here")
            yield from check(self, value, rule, schema, at, depth + 1)

    def holds(self, value: Any, schema: Any, depth: int) -> bool:
        return next(self.breaches(value, schema, "", depth), None) is None

    def target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise SchemaError("the schema refers to another document")
        found = self.root
        for step in unquote(reference[1:]).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found


Keyword = Callable[[_Schema, Any, Any, Json, str, int], Iterator[str]]


def _ref(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    yield from self.breaches(value, self.target(rule), at, depth)


def _all_of(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    for part in rule:
        yield from self.breaches(value, part, at, depth)


def _any_of(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if not any(self.holds(value, part, depth) for part in rule):
        yield at or "$"


def _one_of(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if sum(self.holds(value, part, depth) for part in rule) != 1:
        yield at or "$"


def _not(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if self.holds(value, rule, depth):
        yield at or "$"


def _if(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    branch = schema.get("then" if self.holds(value, rule, depth) else "else", True)
    yield from self.breaches(value, branch, at, depth)


def _properties(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in rule.items():
            if name in value:
                yield from self.breaches(value[name], part, f"{at}.{name}".strip("."), depth)


def _pattern_properties(
    self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int
) -> Iterator[str]:
    if isinstance(value, dict):
        for pattern, part in rule.items():
            for name in value:
                if _matches(pattern, name):
                    yield from self.breaches(value[name], part, f"{at}.{name}".strip("."), depth)


def _additional(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        patterns = schema.get("patternProperties", {})
        for name in value:
            if name not in schema.get("properties", {}) and not any(_matches(p, name) for p in patterns):
                yield from self.breaches(value[name], rule, f"{at}.{name[:60]}".strip("."), depth)


def _property_names(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        for name in value:
            yield from self.breaches(name, rule, at, depth)


def _required(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{at}.{name}".strip(".") for name in rule if name not in value)


def _dependent_required(
    self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int
) -> Iterator[str]:
    if isinstance(value, dict):
        for name, needed in rule.items():
            if name in value:
                yield from _required(self, value, needed, schema, at, depth)


def _items(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if not isinstance(value, list):
        return
    if isinstance(
        rule, list
    ):  # before 2020-12: one schema for each of the first items, then `additionalItems`
        yield from _prefix(self, value, rule, schema, at, depth)
        rest, start = schema.get("additionalItems", True), len(rule)
    else:
        rest, start = rule, len(schema.get("prefixItems", ()))
    for number, item in enumerate(value[start:], start):
        yield from self.breaches(item, rest, f"{at}[{number}]", depth)


def _prefix(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        for number, (item, part) in enumerate(zip(value, rule, strict=False)):
            yield from self.breaches(item, part, f"{at}[{number}]", depth)


def _contains(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        found = sum(self.holds(item, rule, depth) for item in value)
        if not schema.get("minContains", 1) <= found <= schema.get("maxContains", len(value)):
            yield at or "$"


def _type(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if not any(_is_a(value, name) for name in (rule if isinstance(rule, list) else [rule])):
        yield at or "$"


def _is_a(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    match name:
        case "integer":
            return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        case "number":
            return isinstance(value, int | float)
        case "null":
            return value is None
        case _:
            kinds: dict[str, type] = {"string": str, "array": list, "object": dict, "boolean": bool}
            return isinstance(value, kinds[name])


def _enum(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if not any(_same(value, allowed) for allowed in rule):
        yield at or "$"


def _const(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if not _same(value, rule):
        yield at or "$"


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is 1.0, but not true."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _pattern(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if isinstance(value, str) and not _matches(rule, value):
        yield at or "$"


def _matches(pattern: str, text: str) -> bool:
    repeated = len(_REPEATED.findall(pattern)) + (not pattern.startswith("^"))
    cost = (len(text) + 1) ** repeated * 2 ** len(_CHOICE.findall(pattern)) if len(pattern) <= 500 else None
    if cost is None or cost > MAX_MATCHING or _REPEATED_GROUP.search(pattern):
        raise SchemaError("the schema has a pattern that may take too long")
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # In JSON Schema, `$` means the very end.
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


def _format(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    """Dates are held to; all other formats only tell people something."""
    if isinstance(value, str):
        try:
            if rule == "date-time":
                from_timestamp(value)
            elif rule == "date":
                date.fromisoformat(value)
        except ValueError:
            yield at or "$"


def _bound(measure: Callable[[Any], Any], holds: Callable[[Any, Any], bool], *kinds: type) -> Keyword:
    def check(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
        if isinstance(value, kinds) and not isinstance(value, bool) and not holds(measure(value), rule):
            yield at or "$"

    return check


def _itself(value: Any) -> Any:
    return value


def _unique(self: _Schema, value: Any, rule: Any, schema: Json, at: str, depth: int) -> Iterator[str]:
    if rule and isinstance(value, list):
        if len(value) > 300:
            raise SchemaError("the list is too long to compare each with each")
        if any(_same(one, other) for number, one in enumerate(value) for other in value[:number]):
            yield at or "$"


def _at_least(size: Any, least: Any) -> bool:
    return bool(size >= least)


def _at_most(size: Any, most: Any) -> bool:
    return bool(size <= most)


_KEYWORDS: dict[str, Keyword] = {
    "$ref": _ref,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "required": _required,
    "dependentRequired": _dependent_required,
    "items": _items,
    "prefixItems": _prefix,
    "contains": _contains,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minLength": _bound(len, _at_least, str),
    "maxLength": _bound(len, _at_most, str),
    "minItems": _bound(len, _at_least, list),
    "maxItems": _bound(len, _at_most, list),
    "minProperties": _bound(len, _at_least, dict),
    "maxProperties": _bound(len, _at_most, dict),
    "minimum": _bound(_itself, _at_least, int, float),
    "maximum": _bound(_itself, _at_most, int, float),
    "exclusiveMinimum": _bound(_itself, lambda value, least: bool(value > least), int, float),
    "exclusiveMaximum": _bound(_itself, lambda value, most: bool(value < most), int, float),
    "uniqueItems": _unique,
}
