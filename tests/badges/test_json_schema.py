"""A JSON Schema is applied as another library applies it; one that cannot be applied never says that all is well."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import SchemaError
from badges.schemas import EXTENSION_SCHEMA
from badges.schemas.json_schema import find_breach
from badges.template.model import Template
from signing.json_text import Json

EU = json.loads(EXTENSION_SCHEMA.read_text(encoding="utf-8"))
DRAFT_4, DRAFT_6, DRAFT_7 = (f"http://json-schema.org/draft-0{number}/schema#" for number in (4, 6, 7))
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"

VALUES: list[Any] = [
    None, True, False, 0, 1, 1.0, 2.5, -3, "", "a", "ab", "abc", "2026-02-03", [], [1], [1, 1], [1, "a"],
    ["a", "b", "a"],
    [[1]], [[True]], [[1], [True]], [[1], [1.0]], {}, {"a": 1}, {"a": "x", "b": 2}, {"b": {"a": 1}}, {"ab": 1},
    {"a": [1, 2, 3]}, {"a": True}, {"a": 1, "b": "x", "c": 3},
]  # fmt: skip
SCHEMAS: list[Any] = [
    True, False, {}, {"type": "integer"}, {"type": ["string", "null"]}, {"type": "number"},
    {"const": True}, {"const": 1}, {"required": ["a"]}, {"properties": {"a": {"type": "string"}}},
    {"additionalProperties": False, "properties": {"a": True}}, {"propertyNames": {"maxLength": 1}},
    {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": {"type": "object"}},
    {"minLength": 2, "minItems": 1, "minProperties": 1}, {"maxLength": 1, "maxItems": 1, "maxProperties": 1},
    {"minimum": 1, "exclusiveMaximum": 2}, {"exclusiveMinimum": 1, "maximum": 2.5},
    {"items": {"type": "integer"}}, {"contains": {"const": 1}}, {"contains": {"const": "a"}, "minContains": 2},
    {"contains": {"const": 1}, "maxContains": 1}, {"anyOf": [{"type": "string"}, {"minimum": 1}]},
    {"oneOf": [{"type": "number"}, {"minimum": 1}]}, {"allOf": [{"minLength": 2}, {"maxLength": 2}]},
    {"not": {"type": "string"}}, {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "array"}},
    {"pattern": "b$"}, {"pattern": "^a?b*$"}, {"pattern": "^(?=a).*c$"}, {"dependentRequired": {"a": ["b"]}},
    {"$defs": {"n/m": {"type": "object"}}, "properties": {"b": {"$ref": "#/$defs/n~1m"}}},
    {"properties": {"b": {"$ref": "#"}}, "required": ["a"]},
    {"enum": [1, "a", [1]]}, {"enum": [[True], {"a": True}]}, {"uniqueItems": True},
    {"dependentSchemas": {"a": {"required": ["b"]}}},
    {"multipleOf": 2.5},
    {"$ref": "#start", "$defs": {"any": {"$anchor": "start", "type": "object"}}},
    {"properties": {"a": True}, "unevaluatedProperties": False},
    {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": {"type": "integer"}},
    {"prefixItems": [{"type": "integer"}], "unevaluatedItems": False},
    {"$schema": DRAFT_2019, "items": [{"type": "integer"}]},
    {"$schema": DRAFT_2019, "items": [True], "additionalItems": False},
    {"$schema": DRAFT_7, "$ref": "#/definitions/any", "type": "string", "definitions": {"any": {}}},
    {"$schema": DRAFT_7, "dependencies": {"a": ["b"], "b": {"required": ["c"]}}},
    {"$schema": DRAFT_6, "dependencies": {"a": ["b"]}, "contains": {"type": "integer"}},
    {"$schema": DRAFT_4, "minimum": 1, "exclusiveMinimum": True},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
def test_each_keyword_means_what_it_means_to_another_library(schema: Any) -> None:
    reference = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)(schema)
    for value in VALUES:
        assert (find_breach(value, schema) is None) == reference.is_valid(value), value


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        (False, 7, ""),
        ({"properties": {"a/b": {"items": {"type": "string"}}}}, {"a/b": ["x", 7]}, "/a~1b/1"),
        ({"required": ["x~y"]}, {}, "/x~0y"),
        ({"properties": {"a": {"required": ["b"]}}}, {"a": {}}, "/a/b"),
        ({"properties": {"b": True}, "additionalProperties": False}, {"a": 7}, "/a"),
        ({"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, {"a": 1, "b": 2}, "/b"),
    ],
)
def test_the_place_of_a_breach_is_a_json_pointer(schema: Any, value: Any, place: str) -> None:
    assert find_breach(value, schema) == place


@pytest.mark.parametrize("draft", [DRAFT_7, DRAFT_2019, None])
def test_dates_are_held_to_and_other_formats_only_tell_something(draft: str | None) -> None:
    def schema(name: str) -> Json:
        return {"format": name} | ({"$schema": draft} if draft else {})

    assert find_breach("2026-02-03", schema("date")) is None
    assert find_breach("2026-02-30", schema("date")) == ""
    assert find_breach("2026-02-03T10:00:00Z", schema("date-time")) is None
    assert find_breach("yesterday", schema("date-time")) == ""
    for other in ("uri", "email", "regex", "uuid", "hostname", "ipv4", "time", "duration", "made-up"):
        assert find_breach("( no such thing @", schema(other)) is None, other


def test_our_extension_is_held_to_as_by_another_library(
    built: Callable[..., Json], solar: Template, data_literacy: Template
) -> None:
    reference = jsonschema.Draft201909Validator(EU)
    for template in (solar, data_literacy):
        badge = built(template)
        assert find_breach(badge, EU) is None
        for member in list(badge["credentialSubject"]["achievement"]):
            for value in (None, "x", [], {}):
                changed = copy.deepcopy(badge)
                changed["credentialSubject"]["achievement"][member] = value
                assert (find_breach(changed, EU) is None) == reference.is_valid(changed), (member, value)


UNUSABLE: dict[str, Any] = {
    "another document": {"$ref": "https://example.org/schema.json"},
    "a file of ours": {"$ref": "file:///etc/passwd"},
    "another document, from inside": {"not": {"$ref": "https://example.org/schema.json"}},
    "rules of its own": {"$schema": "https://example.org/my-own-keywords"},
    "nothing to refer to": {"$ref": "#/$defs/nothing"},
    "not a schema": 7,
    "not a pattern": {"pattern": "("},
    "no list of types": {"type": {"a": 1}},
    "half a character": {"const": "\ud800"},
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_schema_that_cannot_be_applied_says_nothing(case: str) -> None:
    with pytest.raises(SchemaError):
        find_breach("a" * 5_000, UNUSABLE[case])


words = st.sampled_from("type items $ref required anyOf pattern minLength a properties".split())
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(schema=anything, value=anything)
def test_any_schema_at_all_holds_is_broken_or_says_nothing(schema: Any, value: Any) -> None:
    with suppress(SchemaError):
        assert find_breach(value, schema) is None or isinstance(find_breach(value, schema), str)
