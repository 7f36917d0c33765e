"""The text that is signed: the same as other implementations write, or none at all."""

from __future__ import annotations

import copy
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from signing.canonical import canonicalize
from signing.document_loader import load
from signing.errors import DocumentNotPinnedError, UnsafeDocumentError
from signing.safe_mode import refuse_ambiguous

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ['"quoted"', "back\\slash", "line\nfeed\r\ttab", "\u2028", "🎓", "Āžķ"]
)
NUMBERS = (
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.decimals(-1000, 1000, places=3).map(float)
    | st.sampled_from([0.0, -0.0, 2.0])
)
LANGUAGES = st.dictionaries(st.sampled_from(["en", "lv", "de-AT"]), TEXTS, min_size=1)
RESULTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.just(["Result"]), "value": st.sampled_from(["1", "2"])}, optional={"status": TEXTS}
    ),
    max_size=4,
)


def by_pyld(document):
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return jsonld.normalize(document, options)


def test_a_credential_is_canonicalized_as_pyld_does_it(credential):
    text = canonicalize(credential)
    assert text == by_pyld(credential)
    assert "Anna B\u0113rzi\u0146a" in text
    assert canonicalize(copy.deepcopy(credential)) == text


@given(
    name=TEXTS,
    title=LANGUAGES,
    credits_earned=NUMBERS,
    tags=st.lists(TEXTS, max_size=3),
    grades=st.lists(TEXTS, max_size=4),
    results=RESULTS,
)
def test_random_credentials_are_canonicalized_as_pyld_does_it(
    credential, name, title, credits_earned, tags, grades, results
):
    document = copy.deepcopy(credential)
    subject = document["credentialSubject"]
    document["name"] = name
    subject["creditsEarned"] = credits_earned
    subject["result"] = results
    subject["achievement"] |= {"title": title, "tag": tags}
    subject["achievement"]["resultDescription"][0]["allowedValue"] = grades
    assert canonicalize(document) == by_pyld(document)


def test_the_order_of_keys_and_of_sets_changes_nothing(credential):
    turned = dict(reversed(credential.items()))
    turned["type"] = turned["type"][::-1]
    achievement = turned["credentialSubject"]["achievement"]
    achievement["alignment"] = achievement["alignment"][::-1]
    assert canonicalize(turned) == canonicalize(credential)


def test_the_host_of_our_context_changes_nothing(credential):
    elsewhere = credential | {"@context": [*credential["@context"]]}
    elsewhere["@context"][-1] = "https://elsewhere.example/eu-micro-credential/v1/context.jsonld"
    assert canonicalize(elsewhere) == canonicalize(credential)


def test_a_control_character_is_escaped_as_the_standard_says(credential):
    """PyLD leaves it as it stands, and so cannot check what others signed rightly."""
    assert r'"a\u0001\b\f\u001F\u007Fz"' in canonicalize(credential | {"name": "a\x01\b\f\x1f\x7fz"})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e-7, '"1.0E-7"'),
        (1e21, '"1.0E21"'),
        (10**21, '"1.0E21"'),
        (2**60, f'"{2**60}"'),
        (0.1 + 0.2, '"3.000000000000000E-1"'.replace("000000000000000", "0")),
    ],
)
def test_a_number_is_written_as_the_standard_says(credential, number, text):
    credential["credentialSubject"]["creditsEarned"] = number
    assert text in canonicalize(credential)


def put(path, value):
    """A change of a credential: the value at the end of the path."""

    def change(credential):
        at = credential
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


UNSAFE = {
    "an undefined word": put(["trueName"], "Anna"),
    "an undefined word inside": put(["credentialSubject", "achievement", "hours"], 7),
    "an undefined type": put(["type"], ["VerifiableCredential", "OpenBadgeCredential", "Diploma"]),
    "an undefined type inside": put(["credentialSubject", "type"], ["AchievementSubject", "Student"]),
    "a relative id": put(["credentialSubject", "achievement", "id"], "achievements/1"),
    "an id on another host, without a scheme": put(
        ["credentialSubject", "achievement", "id"], "//evil.example/x"
    ),
    "a relative address": put(["credentialStatus", "statusListCredential"], "/status/1"),
    "an empty id": put(["id"], ""),
    "an id with a space": put(["id"], "urn:x y"),
    "an id that ends a statement": put(["id"], "urn:x> <urn:p> <urn:o> .\n<urn:y"),
    "a language that ends a text": put(["credentialSubject", "achievement", "title"], {'en" .': "x"}),
    "a language without a name": put(["credentialSubject", "achievement", "title"], {"": "x"}),
    "no language at all": put(["credentialSubject", "achievement", "title"], {"@none": "x"}),
    "an inline context": put(["@context", 3], {"name": "https://schema.org/alternateName"}),
    "an inline context inside": put(["issuer", "@context"], {"name": "https://schema.org/alternateName"}),
    "no context": put(["@context"], []),
    "null as context": put(["@context"], None),
    "a key that is an address": put(["https://www.w3.org/2018/credentials#validUntil"], "x"),
    "a key with a prefix": put(["schema:name"], "x"),
    "an empty key": put([""], "x"),
    "the name of a type": put(["Achievement"], {"id": "urn:x"}),
    "@id for id": put(["issuer", "@id"], "urn:x"),
    "@type for type": put(["issuer", "@type"], "Profile"),
    "@graph": put(["@graph"], [{"id": "urn:x", "name": "x"}]),
    "@included": put(["@included"], [{"id": "urn:x", "name": "x"}]),
    "@reverse": put(["@reverse"], {"issuer": {"id": "urn:x"}}),
    "@set": put(["issuer", "name"], {"@set": ["x"]}),
    "@list": put(["issuer", "name"], {"@list": ["x"]}),
    "a typed value": put(["validFrom"], {"@value": "x", "@type": "urn:t"}),
    "a value in a direction": put(["name"], {"@value": "x", "@language": "en", "@direction": "rtl"}),
    "a value that is no text": put(["name"], {"@value": 7, "@language": "en"}),
    "an id that is null": put(["issuer", "id"], None),
    "a type that is null": put(["issuer", "type"], None),
    "a key that is an address, of null": put(["https://www.w3.org/2018/credentials#validUntil"], None),
    "null among the contexts": put(["@context", 3], None),
    "null as context inside": put(["issuer", "@context"], None),
    "a list in a list": put(["credentialSubject", "achievement", "tag"], [["a"]]),
    "half a character": put(["name"], "\ud800"),
    "infinity": put(["credentialSubject", "creditsEarned"], float("inf")),
    "not a number": put(["credentialSubject", "creditsEarned"], float("nan")),
    "a number of 400 digits": put(["credentialSubject", "creditsEarned"], 10**400),
    "a moment that is no text": put(["validFrom"], datetime(2026, 1, 1)),
    "bytes": put(["name"], b"x"),
    "a key that is no text": put([7], "x"),
    "a type that is no text": put(["issuer", "type"], [7]),
    "a type twice": put(["issuer", "type"], ["Profile", "Profile"]),
    "a hundred types": put(["issuer", "type"], [f"urn:t:{number}" for number in range(100)]),
    "itself once more, inside": put(
        ["credentialSubject", "achievement", "related"],
        [
            {
                "id": "https://badges.riga.example/credentials/0c9a7c1e-5b0e-4b7e-8d2b-0f5a3a8f2b02",
                "type": ["Related"],
            }
        ],
    ),
    "itself once more, as more than what refers to it": put(
        ["credentialSubject", "achievement", "related"],
        [
            {
                "id": "https://badges.riga.example/credentials/0c9a7c1e-5b0e-4b7e-8d2b-0f5a3a8f2b02",
                "type": ["EndorsementSubject", "Achievement"],
            }
        ],
    ),
    "a context without a host": put(["@context", 3], "context.jsonld"),
    "a context without a name": put(["@context", 3], ""),
    "a hundred contexts": put(["@context"], ["https://www.w3.org/ns/credentials/v2"] * 100),
    "an id that is an object": put(["issuer", "id"], {"id": "urn:x"}),
    "an id that is a list": put(["issuer", "id"], ["urn:x", "urn:y"]),
    "a context that another one protects from": put(
        ["@context"], ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"]
    ),
}


@pytest.mark.parametrize("change", UNSAFE.values(), ids=UNSAFE)
def test_what_a_proof_would_not_cover_is_refused(credential, change):
    change(credential)
    with pytest.raises(UnsafeDocumentError):
        canonicalize(credential)


NOTHING = st.sampled_from([None, [], [None], [None, None], {}])


@given(
    achievement=st.dictionaries(
        st.sampled_from(["tag", "criteria", "version", "title", "summary", "alignment"]), NOTHING, max_size=4
    ),
    subject=st.dictionaries(st.sampled_from(["result", "term", "source"]), NOTHING, max_size=3),
    grades=st.lists(st.sampled_from(["A", "B", None]), max_size=4),
)
def test_what_says_nothing_is_canonicalized_as_pyld_does_it(credential, achievement, subject, grades):
    document = copy.deepcopy(credential)
    document["credentialSubject"] |= subject
    document["credentialSubject"]["achievement"] |= achievement
    document["credentialSubject"]["achievement"]["resultDescription"][0]["allowedValue"] = grades
    assert canonicalize(document) == by_pyld(document)


def test_null_and_an_empty_list_are_absent_and_an_empty_object_is_not(credential):
    achievement = credential["credentialSubject"]["achievement"]
    without = canonicalize(credential)
    assert canonicalize(credential | {"validUntil": None, "evidence": [], "endorsement": [None]}) == without
    achievement["criteria"] = {}
    empty = canonicalize(credential)
    del achievement["criteria"]
    assert canonicalize(credential) != empty != without


@pytest.mark.parametrize("part", [{"validUntil": None}, {"image": {}}, {"name": [None]}], ids=str)
def test_what_says_nothing_is_not_signed_by_us(credential, part):
    with pytest.raises(UnsafeDocumentError):
        refuse_ambiguous(credential | part)


def test_a_document_too_deep_is_refused(credential):
    deep = {"id": "urn:x", "type": ["Profile"]}
    for _ in range(5000):
        deep = {"type": ["Profile"], "parentOrg": deep}
    credential["issuer"] = deep
    with pytest.raises(UnsafeDocumentError, match="deep"):
        canonicalize(credential)


def test_a_document_of_too_many_parts_is_refused(credential):
    credential["credentialSubject"]["result"] = [{"type": ["Result"], "value": str(n)} for n in range(10_000)]
    with pytest.raises(UnsafeDocumentError, match="many"):
        canonicalize(credential)


def test_statements_made_to_take_factorial_time_are_refused_soon(credential):
    names = [f"_:n{number}" for number in range(12)]
    credential["credentialSubject"]["achievement"]["related"] = [
        {"id": name, "type": ["Achievement"], "related": [{"id": other} for other in names if other != name]}
        for name in names
    ]
    with pytest.raises(UnsafeDocumentError, match="alike"):
        canonicalize(credential)


def test_a_long_ring_of_nodes_that_are_alike_is_refused_too(credential):
    credential["credentialSubject"]["achievement"]["related"] = [
        {"id": f"_:n{number}", "type": ["Achievement"], "related": [{"id": f"_:n{(number + 1) % 1500}"}]}
        for number in range(1500)
    ]
    with pytest.raises(UnsafeDocumentError):
        canonicalize(credential)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/context.jsonld",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.json",
    ],
)
def test_a_context_that_is_not_pinned_is_named(credential, url):
    credential["@context"].append(url)
    with pytest.raises(DocumentNotPinnedError):
        canonicalize(credential)


def test_a_context_that_somebody_else_loaded_in_this_process_is_not_used(credential):
    """PyLD keeps contexts for the whole process, by address alone."""
    url = "https://www.w3.org/ns/credentials/v2"

    def lie(url, options):
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": {"@context": {"@vocab": "urn:lie:"}},
            "tag": "static",
        }

    before = canonicalize(credential)
    jsonld.expand({"@context": url, "name": "x"}, {"documentLoader": lie})
    try:
        assert canonicalize(credential) == before
    finally:
        jsonld._resolved_context_cache.clear()


AMBIGUOUS = {
    "a vertical tab": put(["name"], "a\x0bb"),
    "delete": put(["name"], "a\x7f"),
    "an integer of 54 bits": put(["credentialSubject", "creditsEarned"], 2**53),
    "a very small number": put(["credentialSubject", "creditsEarned"], 1e-7),
    "a number of 17 digits": put(["credentialSubject", "creditsEarned"], 33.333333333333336),
    "a large number that is no integer in Python": put(["credentialSubject", "creditsEarned"], 1e20),
}


@pytest.mark.parametrize("change", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_some_readers_misread_is_read_but_not_signed_by_us(credential, change):
    refuse_ambiguous(credential)
    change(credential)
    canonicalize(credential)
    with pytest.raises(UnsafeDocumentError):
        refuse_ambiguous(credential)


def test_the_examples_of_the_standard_are_canonicalized_as_pyld_does_it(shared):
    folder = shared / "data" / "vectors"
    compared = 0
    for path in [*folder.glob("spec/examples_*.json"), *folder.glob("1edtech/simple*.json")]:
        document = json.loads(path.read_text())
        document.pop("proof", None)
        try:
            text = canonicalize(document)
        except (DocumentNotPinnedError, UnsafeDocumentError):
            continue
        compared += 1
        assert text == by_pyld(document), path.name
    assert compared >= 5
