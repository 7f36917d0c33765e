"""What is hidden is found only by its disclosure, at any depth, and nothing says how many parts there are."""

from __future__ import annotations

import json

import pytest

from signing.errors import UnsafeDocumentError
from signing.sd_jwt.disclosure import digest_of, read_disclosure
from signing.sd_jwt.hiding import hide, new_salt
from signing.sd_jwt.processing import processed

CLAIMS = {
    "iss": "did:web:riga.example",
    "subject": {"name": "Anna", "result": [{"value": "A"}, {"value": "B"}], "achievement": {"name": "Data"}},
    "languages": ["lv", "en", ["de"]],
}


def without(payload, disclosures, *texts):
    """The claims without the disclosures that have one of these texts in them."""
    kept = tuple(
        one for one in disclosures if not any(text in str(read_disclosure(one).value) for text in texts)
    )
    return processed(payload, kept)


def test_all_that_is_hidden_comes_back_in_its_place():
    paths = [
        ("subject", "name"),
        ("subject", "result", 1),
        ("subject", "result"),
        ("languages", 0),
        ("languages", 2),
    ]
    payload, disclosures = hide(CLAIMS, paths)
    assert "Anna" not in json.dumps(payload) and '"B"' not in json.dumps(payload)
    assert len(disclosures) == 5
    shown = processed(payload, disclosures)
    assert (shown.claims, shown.hidden) == (CLAIMS, ())


def test_what_is_left_out_is_gone_and_its_place_is_told():
    payload, disclosures = hide(CLAIMS, [("subject", "name"), ("languages", 1), ("subject", "result", 0)])
    shown = without(payload, disclosures, "Anna", "en")
    assert shown.claims["subject"] == {k: v for k, v in CLAIMS["subject"].items() if k != "name"}
    assert shown.claims["languages"] == ["lv", ["de"]]
    assert sorted(shown.hidden) == [("languages",), ("subject",)]


def test_a_part_inside_a_hidden_part_cannot_be_shown_without_it():
    payload, disclosures = hide(CLAIMS, [("subject", "result"), ("subject", "result", 0)])
    inner, outer = disclosures
    assert processed(payload, (outer,)).claims["subject"]["result"] == [{"value": "B"}]
    with pytest.raises(Exception, match="none that the issuer signed"):
        processed(payload, (inner,))


def test_decoys_look_like_digests_and_stand_for_nothing():
    payload, disclosures = hide(CLAIMS, [("subject", "name")], decoys={("subject",): 3, ("languages",): 2})
    assert len(payload["subject"]["_sd"]) == 4 == len({*payload["subject"]["_sd"]})
    assert {len(digest) for digest in payload["subject"]["_sd"]} == {43}
    assert payload["subject"]["_sd"] == sorted(payload["subject"]["_sd"])
    assert len(payload["languages"]) == 5
    assert processed(payload, disclosures).claims == CLAIMS


def test_the_same_value_has_another_digest_each_time():
    first, _ = hide(CLAIMS, [("iss",)])
    second, _ = hide(CLAIMS, [("iss",)])
    assert first["_sd"] != second["_sd"]
    assert len({new_salt() for _ in range(100)}) == 100
    assert {len(new_salt()) for _ in range(9)} == {22}


def test_the_salt_is_the_one_that_is_made():
    payload, (disclosure,) = hide(CLAIMS, [("iss",)], make_salt=lambda: "c2FsdA")
    assert payload["_sd"] == [digest_of(disclosure)]
    assert payload["_sd_alg"] == "sha-256"


@pytest.mark.parametrize("path", [("nothing",), ("languages", 3), ("subject", "name", 0), ("iss", "x"), ()])
def test_a_path_to_nothing_is_refused(path):
    with pytest.raises(UnsafeDocumentError):
        hide(CLAIMS, [path])
    with pytest.raises(UnsafeDocumentError):
        hide(CLAIMS, [], decoys={("nothing",): 1})


@pytest.mark.parametrize(
    "claims", [{"_sd": []}, {"a": {"...": 1}}, {"a": [{"_sd_alg": "sha-256"}]}, {"_sd_alg": "sha-256"}]
)
def test_claims_that_use_the_names_of_digests_are_refused(claims):
    with pytest.raises(UnsafeDocumentError):
        hide(claims, [])
