"""Expansion gives what PyLD gives, for documents that use all that a context can say, and not only what ours use."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyld.jsonld import JsonLdError, JsonLdProcessor

from signing.errors import UnsafeDocumentError
from signing.expansion import expand

CONTEXT = "https://context.test/v1"
TERMS = {
    "@version": 1.1,
    "@language": "lv",
    "id": "@id",
    "alias": "@id",
    "type": "@type",
    "kind": "@type",
    "ex": "https://example.test/",
    "name": "ex:name",
    "same": "ex:name",
    "none": {"@id": "ex:none", "@language": None},
    "right": {"@id": "ex:right", "@direction": "rtl"},
    "titles": {"@id": "ex:titles", "@container": "@language"},
    "sets": {"@id": "ex:sets", "@container": "@set"},
    "lists": {"@id": "ex:lists", "@container": "@list"},
    "places": {"@id": "ex:places", "@type": "@id", "@container": "@list"},
    "link": {"@id": "ex:link", "@type": "@id"},
    "word": {"@id": "ex:word", "@type": "@vocab"},
    "day": {"@id": "ex:day", "@type": "ex:date"},
    "plain": {"@id": "ex:plain", "@type": "@none"},
    "json": {"@id": "ex:json", "@type": "@json"},
    "index": {"@id": "ex:index", "@container": "@index"},
    "graph": {"@id": "ex:graph", "@container": "@graph"},
    "by": {"@reverse": "ex:by"},
    "nested": "@nest",
    "reverse": "@reverse",
    "gone": None,
    "inner": {"@id": "ex:inner", "@context": {"name": "ex:innerName", "link": {"@id": "ex:innerLink"}}},
    "english": {"@id": "ex:english", "@context": {"@language": "en"}},
    "Thing": {
        "@id": "ex:Thing",
        "@context": {"name": "ex:thingName", "day": "ex:thingDay", "Plain": "ex:ThingPlain"},
    },
    "Other": {"@id": "ex:Other", "@context": {"@propagate": True, "name": {"@id": "ex:otherName"}}},
    "Plain": "ex:Plain",
}
SERVED = {CONTEXT: json.dumps({"@context": TERMS}).encode()}
NAMES = sorted({*TERMS} - {"@version", "@language", "ex"})

texts = st.sampled_from(["", "a", "b c", "ex:thing", "Thing", "https://example.test/x", "_:b", "relative"])
scalars = texts | st.integers(-3, 3) | st.booleans() | st.sampled_from([0.5, 2.0]) | st.none()
type_names = st.sampled_from(["Thing", "Other", "Plain"])
types = type_names | st.lists(type_names, max_size=3)


def objects(values):
    members = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
    return st.builds(
        lambda members, extra: members | extra,
        members,
        st.fixed_dictionaries({}, optional={"type": types, "id": texts}),
    )


values = st.recursive(
    scalars | st.dictionaries(st.sampled_from(["en", "lv", "@none"]), texts, max_size=2),
    lambda inner: st.lists(inner, max_size=3) | objects(inner),
    max_leaves=8,
)


def by_pyld(document):
    """What PyLD makes of it; None where it drops a property, or refuses the document."""
    dropped = []
    processor = JsonLdProcessor(on_property_dropped=dropped.append)

    def load(url, _options=None):
        return {"contextUrl": None, "documentUrl": url, "document": json.loads(SERVED[url])}

    try:
        expanded = processor.expand(document, {"documentLoader": load, "base": None})
    except (JsonLdError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return None if dropped else expanded


def by_us(document):
    try:
        return expand(document, SERVED.__getitem__)
    except UnsafeDocumentError:
        return None


@given(document=objects(values))
@example(document={"name": "a", "same": ["b", "a"], "type": "Thing"})
@example(document={"type": ["Thing", "Thing"], "kind": "Plain"})
@example(document={"id": "ex:a", "alias": "ex:b", "name": "x"})
@example(document={"lists": [], "sets": [], "titles": {}})
@example(document={"lists": [["a"], "b"], "places": "ex:a"})
@example(document={"link": 3, "word": True, "day": "today", "right": "x", "none": "y", "plain": "z"})
@example(document={"Thing": "x", "inner": {"name": "a", "link": "b"}})
@example(document={"type": "Other", "link": {"type": "Thing", "name": "a", "day": "b"}, "name": "c"})
@example(document={"by": {"name": "x"}, "nested": {"name": "y"}, "json": {"a": [1]}})
@example(document={"id": "ex:a", "nested": {"id": "ex:b"}})
@example(document={"type": "Plain", "nested": {"type": "Thing", "name": "x"}})
@example(document={"name": "x", "reverse": {"id": "ex:a", "link": "ex:b"}})
@example(document={"name": "x", "reverse": {"link": {"id": "ex:b"}, "by": {"id": "ex:c"}}})
@example(document={"type": ["Thing", "Plain"], "name": "x"})
@example(document={"type": ["Thing", "Other"], "name": "x"})
@example(document={"type": "Other", "kind": "Thing", "name": "x"})
@example(document={"inner": "x", "name": "y", "english": "z"})
@example(document={"lists": {"@list": ["a"]}, "sets": {"@value": "b"}})
@example(document={"inner": {"name": "a"}, "type": "Thing", "name": "y"})
def test_any_document_is_expanded_as_pyld_does_it(document):
    # An object that names its context is PyLD's, so that only what stands inside of it tells anything of ours.
    for whole in (document, {"link": document}, {"sets": [document, {"name": "n"}]}):
        assert by_us({"@context": CONTEXT} | whole) == by_pyld({"@context": CONTEXT} | whole)


@pytest.mark.parametrize("name", NAMES)
def test_each_term_is_expanded_as_pyld_does_it(name):
    for value in (
        "a",
        "ex:a",
        ["a", "b"],
        [],
        {"en": "a"},
        {"name": "a"},
        [{"name": "a"}, "b"],
        1,
        True,
        None,
    ):
        document = {"@context": CONTEXT, "link": {"name": "n", name: value}}
        assert by_us(document) == by_pyld(document), value
