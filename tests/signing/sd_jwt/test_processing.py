"""Every rule of RFC 9901, section 7.1, by which an SD-JWT is rejected; and the bounds of what is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signing.errors import ProofError
from signing.multibase import base64url
from signing.sd_jwt.compact import MAX_DISCLOSURES, looks_like_sd_jwt, split
from signing.sd_jwt.disclosure import digest_of, element_disclosure, member_disclosure
from signing.sd_jwt.hiding import hide
from signing.sd_jwt.processing import processed


def refusal(payload: Any, *disclosures: str) -> str:
    with pytest.raises(ProofError) as refused:
        processed(payload, disclosures)
    return refused.value.code


def disclosed(parts: Any) -> str:
    return base64url(json.dumps(parts).encode())


NAME = member_disclosure("name", "Anna", "s1").text
ELEMENT = element_disclosure("Anna", "s2").text


def test_a_member_and_an_element_are_put_where_their_digests_are():
    payload = {
        "a": {"_sd": [digest_of(NAME)]},
        "b": [1, {"...": digest_of(ELEMENT)}, 2],
        "_sd_alg": "sha-256",
    }
    assert processed(payload, (NAME, ELEMENT)).claims == {"a": {"name": "Anna"}, "b": [1, "Anna", 2]}
    assert processed(payload, (NAME,)).hidden == (("b",),)


def test_an_object_of_which_all_is_hidden_is_empty():
    assert processed({"a": {"_sd": [digest_of(NAME)]}}, ()).claims == {"a": {}}
    assert processed({"a": {"_sd": []}}, ()).claims == {"a": {}}


def test_a_disclosure_that_the_issuer_did_not_sign_is_told_from_bad_form():
    assert refusal({"_sd": []}, NAME) == "foreign_disclosure"
    # A value, a name or a salt that was exchanged changes the digest.
    payload, (real,) = hide({"name": "Anna"}, [("name",)])
    assert refusal(payload, member_disclosure("name", "Anita", "s1").text) == "foreign_disclosure"
    assert refusal(payload, real, NAME) == "foreign_disclosure"


def test_disclosures_of_two_badges_cannot_be_exchanged():
    anna, _ = hide({"name": "Anna"}, [("name",)])
    _, (of_berta,) = hide({"name": "Berta"}, [("name",)])
    assert refusal(anna, of_berta) == "foreign_disclosure"


@pytest.mark.parametrize(
    "payload",
    [
        {"a": {"_sd": [digest_of(NAME)]}, "b": {"_sd": [digest_of(NAME)]}},
        {"a": {"_sd": [digest_of(NAME), digest_of(NAME)]}},
        {"a": {"_sd": ["x"]}, "b": [{"...": "x"}]},  # decoys are digests, too
    ],
)
def test_a_digest_that_stands_twice_is_refused(payload):
    assert refusal(payload) == "malformed"


def test_a_disclosure_that_stands_twice_is_refused():
    assert refusal({"_sd": [digest_of(NAME)]}, NAME, NAME) == "malformed"


def test_a_member_is_no_element_and_an_element_no_member():
    assert refusal({"_sd": [digest_of(ELEMENT)]}, ELEMENT) == "malformed"
    assert refusal({"a": [{"...": digest_of(NAME)}]}, NAME) == "malformed"


def test_a_member_that_stands_there_already_is_refused():
    assert refusal({"name": "Berta", "_sd": [digest_of(NAME)]}, NAME) == "malformed"
    again = member_disclosure("name", "Berta", "s3").text
    assert refusal({"_sd": [digest_of(NAME), digest_of(again)]}, NAME, again) == "malformed"


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_a_reserved_name_is_not_disclosed(name):
    text = disclosed(["s", name, ["x"]])
    assert refusal({"_sd": [digest_of(text)]}, text) == "malformed"


@pytest.mark.parametrize(
    "payload",
    [
        {"_sd": "x"},
        {"_sd": [1]},
        {"_sd": [["x"]]},
        {"a": {"_sd": {"x": 1}}},
        {"a": {"...": "x"}},
        {"...": "x"},
        {"a": [{"...": "x", "b": 1}]},
        {"a": [{"...": 1}]},
        {"a": [{"...": None}]},
        {"a": {"_sd_alg": "sha-256"}},
        {"a": [{"_sd_alg": "sha-256"}]},
        {"_sd_alg": None},
        {"_sd_alg": ["sha-256"]},
    ],
)
def test_names_of_digests_stand_for_nothing_else(payload):
    assert refusal(payload) == "malformed"


@pytest.mark.parametrize("name", ["sha-1", "SHA-256", "sha-512", ""])
def test_another_hash_function_is_not_accepted_and_no_fault_of_the_form(name):
    assert refusal({"_sd_alg": name, "_sd": [digest_of(NAME)]}, NAME) == "wrong_algorithm"


def test_what_is_inside_a_hidden_part_keeps_the_same_rules():
    for value in (
        {"_sd": "x"},
        {"...": "x"},
        {"_sd_alg": "sha-256"},
        [{"...": "x", "a": 1}],
        {"a": {"_sd": [1]}},
    ):
        text = disclosed(["s", "part", value])
        assert refusal({"_sd": [digest_of(text)]}, text) == "malformed"
    # A digest that stands inside a hidden part and outside of it, too.
    outer = member_disclosure("part", {"_sd": [digest_of(NAME)]}, "s").text
    twice = {"_sd": [digest_of(outer)], "b": {"_sd": [digest_of(NAME)]}}
    assert refusal(twice, outer, NAME) == refusal(twice, outer) == "malformed"
    # What is in a part that is left out was not signed for whoever is shown it.
    assert refusal({"_sd": [digest_of(outer)]}, NAME) == "foreign_disclosure"
    assert refusal({"a": digest_of(NAME), "b": [digest_of(NAME)]}, NAME) == "foreign_disclosure"


@pytest.mark.parametrize(
    "parts",
    [[], ["s"], ["s", 1, "v"], [1, "n", "v"], [1, "v"], ["s", "n", "v", "more"], {"s": 1}, "s", None, 1],
)
def test_a_disclosure_of_another_form_is_refused(parts):
    text = disclosed(parts)
    assert refusal({"_sd": [digest_of(text)]}, text) == "malformed"
    assert refusal({"a": [{"...": digest_of(text)}]}, text) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "A",
        base64url(b"\xff\xfe"),
        base64url(b'["s","n",{"a":1,"a":2}]'),
        base64url(b'["s","n",NaN]'),
        base64url(b'["s","n","\\ud800"]'),
        base64url(b'["s","n",1] 2'),
        base64url(b"[" * 5_000),
    ],
)
def test_a_disclosure_that_readers_would_not_agree_on_is_refused(text):
    assert refusal({"_sd": [digest_of(text)]}, text) == "malformed"


def test_disclosures_are_nested_only_so_deep():
    texts, digest = [], "end"
    for _ in range(70):
        texts.append(member_disclosure("a", {"_sd": [digest]}, "s").text)
        digest = digest_of(texts[-1])
    assert refusal({"_sd": [digest]}, *texts) == "malformed"
    assert processed({"_sd": [digest_of(texts[50])]}, tuple(texts[:51])).hidden == ((("a",) * 51),)


@pytest.mark.parametrize(
    "text", ["", "~", "a.b.c", "a.b.c~d", "a.b.c~~", "a.b.c~d~e", "a.b.c~d!~", "a.b~", "a.b.c~d.e~", "{}~"]
)
def test_what_is_no_sd_jwt_is_unreadable(text):
    with pytest.raises(ProofError) as refused:
        split(text)
    assert refused.value.code == "unreadable"


def test_the_parts_make_the_text_again():
    for text in ("a.b.c~", "a.b.c~d~", "a.b.c~d~e~f.g.h", "a.b.~d~"):
        assert split(f"  {text}\n").text == text
    assert split("a.b.c~d~e.f.g").presented == "a.b.c~d~"
    assert split("a.b.c~d~").key_binding is None
    assert looks_like_sd_jwt("a.b.c~") and not looks_like_sd_jwt("a.b.c")


def test_there_are_only_so_many_disclosures_and_characters():
    assert len(split("a.b.c~" + "d~" * MAX_DISCLOSURES).disclosures) == MAX_DISCLOSURES
    for text in ("a.b.c~" + "d~" * (MAX_DISCLOSURES + 1), "a.b.c~" + "d" * 2_000_001 + "~"):
        with pytest.raises(ProofError, match="SD-JWT"):
            split(text)
