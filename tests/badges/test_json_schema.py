"""A JSON Schema of others is applied as by the reference library, at a bounded cost; unknown keywords are refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator, Draft202012Validator

from badges.errors import SchemaError
from badges.schemas import EXTENSION_SCHEMA
from badges.schemas.json_schema import breach
from badges.template.model import Template
from signing.json_text import Json

EU = json.loads(EXTENSION_SCHEMA.read_text(encoding="utf-8"))

VALUES: list[Any] = [
    None, True, False, 0, 1, 1.0, 2.5, -3, "", "a", "ab", "abc", "2026-02-03", [], [1], [1, 1], [1, "a"],
    ["a", "b", "a"],
    [[1]], {}, {"a": 1}, {"a": "x", "b": 2}, {"b": {"a": 1}}, {"ab": 1}, {"a": [1, 2, 3]},
]  # fmt: skip
SCHEMAS: list[Any] = [
    True, False, {}, {"type": "integer"}, {"type": ["string", "null"]}, {"type": "number"}, {"enum": [1, "a", [1]]},
    {"const": True}, {"const": 1}, {"required": ["a"]}, {"properties": {"a": {"type": "string"}}},
    {"additionalProperties": False, "properties": {"a": True}}, {"propertyNames": {"maxLength": 1}},
    {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": {"type": "object"}},
    {"minLength": 2, "minItems": 1, "minProperties": 1}, {"maxLength": 1, "maxItems": 1, "maxProperties": 1},
    {"minimum": 1, "exclusiveMaximum": 2}, {"exclusiveMinimum": 1, "maximum": 2.5}, {"uniqueItems": True},
    {"items": {"type": "integer"}}, {"contains": {"const": 1}}, {"contains": {"const": "a"}, "minContains": 2},
    {"contains": {"const": 1}, "maxContains": 1}, {"anyOf": [{"type": "string"}, {"minimum": 1}]},
    {"oneOf": [{"type": "number"}, {"minimum": 1}]}, {"allOf": [{"minLength": 2}, {"maxLength": 2}]},
    {"not": {"type": "string"}}, {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "array"}},
    {"pattern": "b$"}, {"pattern": "^a?b*$"}, {"dependentRequired": {"a": ["b"]}},
    {"$defs": {"n/m": {"type": "object"}}, "properties": {"b": {"$ref": "#/$defs/n~1m"}}},
    {"properties": {"b": {"$ref": "#"}}, "required": ["a"]},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
def test_each_keyword_means_what_it_means_to_the_reference(schema: Any) -> None:
    for value in VALUES:
        assert (breach(value, schema) is None) == Draft202012Validator(schema).is_valid(value), value


@pytest.mark.parametrize(
    "schema", [{"items": [{"type": "integer"}]}, {"items": [True], "additionalItems": False}], ids=json.dumps
)
def test_lists_of_schemas_are_read_as_older_drafts_write_them(schema: Any) -> None:
    for value in VALUES:
        assert (breach(value, schema) is None) == Draft201909Validator(schema).is_valid(value), value


def test_our_extension_is_held_to_as_by_the_reference(
    built: Callable[..., Json], solar: Template, data_literacy: Template
) -> None:
    reference = Draft201909Validator(EU)
    for template in (solar, data_literacy):
        badge = built(template)
        assert breach(badge, EU) is None
        for member in list(badge["credentialSubject"]["achievement"]):
            for value in (None, "x", [], {}):
                changed = copy.deepcopy(badge)
                changed["credentialSubject"]["achievement"][member] = value
                assert (breach(changed, EU) is None) == reference.is_valid(changed), (member, value)


HOSTILE: dict[str, Any] = {
    "an unknown word": {"unevaluatedProperties": False},
    "another document": {"$ref": "https://example.org/schema.json"},
    "a file of ours": {"$ref": "file:///etc/passwd"},
    "nothing to refer to": {"$ref": "#/$defs/nothing"},
    "a circle": {"$ref": "#"},
    "a doubling circle": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
    "not a schema": 7,
    "a pattern that takes for ever": {"pattern": "^(a+)+$"},
    "another": {"pattern": "^" + "a?" * 60 + "a" * 60},
    "a third": {"pattern": "^a*a*a*a*a*a*b$"},
    "not a pattern": {"pattern": "("},
    "no list of types": {"type": {"a": 1}},
    "too many choices": {"allOf": [{"not": {"anyOf": [False] * 1000}}] * 1000},
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.timeout(60)  # a guard against "for ever", not a measurement
def test_a_hostile_schema_says_nothing_in_bounded_time(case: str) -> None:
    with pytest.raises(SchemaError):
        breach("a" * 5_000, HOSTILE[case])


words = st.sampled_from("type items $ref required anyOf pattern minLength a properties".split())
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(schema=anything, value=anything)
def test_any_schema_at_all_holds_is_broken_or_says_nothing(schema: Any, value: Any) -> None:
    with suppress(SchemaError):
        assert breach(value, schema) != ""
