"""The controlled lists are whole: every entry has a code, an address of its own and both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import badges.vocabularies
from badges.vocabularies import vocabulary

NAMES = sorted(file.stem for file in Path(badges.vocabularies.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_code_and_every_address_stands_once(name: str) -> None:
    concepts = list(vocabulary(name))
    assert concepts
    assert len({concept.code for concept in concepts}) == len(concepts) == len(vocabulary(name))
    assert len({concept.iri for concept in concepts}) == len(concepts)
    for concept in concepts:
        assert concept.iri.startswith(("http://", "urn:eu-micro-credential:v1:"))
        assert vocabulary(name).with_iri(concept.iri) == concept


@pytest.mark.parametrize("name", [name for name in NAMES if name != "isced_f"])
def test_every_label_is_there_in_english_and_latvian(name: str) -> None:
    assert [concept.code for concept in vocabulary(name) if concept.label.keys() != {"en", "lv"}] == []


def test_quality_assurance_points_to_accreditations_that_exist() -> None:
    named = [concept.more["accreditation"] for concept in vocabulary("quality_assurance") if concept.more]
    assert named and all(code in vocabulary("accreditation_types") for code in named)


def test_the_addresses_are_those_of_the_eu_lists(shared: Path) -> None:
    pairs = {
        "assessment_types": "assessment_type",
        "modes_of_participation": "mode",
        "accreditation_types": "accreditation_type",
        "supervision": "supervision_verification",
        "eqf": "eqf",
        "lki": "nqf_lv_lki",
        "isced_f": "isced_f",
        "languages": "language",
        "regions_lv": "region_lv",
        "learning_settings": "learning_setting",
        "credit_systems": "credit_system",
    }
    for ours, theirs in pairs.items():
        data = json.loads((shared / f"data/eu/vocab/{theirs}.json").read_text(encoding="utf-8"))
        known = {concept["id"] for concept in data["concepts"]}
        assert {c.iri for c in vocabulary(ours) if not c.iri.startswith("urn:")} <= known


def test_every_country_has_the_address_of_the_eu_list(shared: Path) -> None:
    data = json.loads((shared / "data/eu/vocab/country_all_iso.json").read_text(encoding="utf-8"))
    known = {row[0]: data["iriTemplate"].format(alpha3=row[1]) for row in data["rows"]} | {
        "XK": data["iriTemplate"].format(alpha3="1A0")
    }
    assert len(vocabulary("countries")) == 249
    assert {c.code: c.iri for c in vocabulary("countries")}.items() <= known.items()
