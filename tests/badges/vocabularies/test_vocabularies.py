"""The controlled lists are complete, and those of other bodies equal the originals."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import VocabularyError
from badges.vocabularies import search, set_override_folder, shipped_vocabulary, vocabulary, vocabulary_names
from badges.vocabularies.files import check_vocabulary, read_vocabulary, unfit_text, vocabulary_as_json

TEMPLATES = Path(__file__).parents[3] / "lti_tool" / "demo" / "templates"

#: Our name of a list -> the name of the reference file with the original.
LISTS_OF_OTHERS = {
    "accreditation_types": "accreditation_type",
    "assessment_types": "assessment_type",
    "credit_systems": "credit_system",
    "eqf": "eqf",
    "isced_f": "isced_f",
    "languages": "language",
    "learning_settings": "learning_setting",
    "lki": "nqf_lv_lki",
    "modes_of_participation": "mode",
    "regions_lv": "region_lv",
    "supervision": "supervision_verification",
}
OURS = {"cycles": "qf_ehea_cycle", "quality_assurance": "quality_assurance", "stackability": "stackability"}
NUTS_2024 = {"LV00A", "LV00B", "LV00C"}
UNVERIFIED = "http://data.europa.eu/snb/learning-assessment/c_3a90b26d"
LKI_ITSELF = "http://data.europa.eu/snb/qdr/c_ac40cadc"


@pytest.fixture
def own_lists(tmp_path: Path) -> Iterator[Path]:
    """A folder whose files are used in place of the shipped lists."""
    set_override_folder(tmp_path)
    yield tmp_path
    set_override_folder(None)


def _reference(shared: Path, name: str) -> Any:
    return json.loads((shared / f"data/eu/vocab/{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_list_is_complete_and_names_its_source(name: str) -> None:
    found = vocabulary(name)
    assert check_vocabulary(vocabulary_as_json(found), found).date == found.date
    assert found.scheme and found.source and found.licence and found.date
    for concept in found:
        assert found.with_iri(concept.iri) == concept
        assert concept.label.keys() >= {"en", "lv"}


def test_a_list_survives_being_written_and_read() -> None:
    for name in vocabulary_names():
        before = vocabulary(name)
        after = read_vocabulary(json.loads(json.dumps(vocabulary_as_json(before))))
        assert list(after) == list(before)


def test_quality_assurance_points_to_accreditations_that_exist() -> None:
    named = [concept.more["accreditation"] for concept in vocabulary("quality_assurance") if concept.more]
    assert named and all(code in vocabulary("accreditation_types") for code in named)


def test_every_national_level_is_of_a_framework_of_a_country() -> None:
    frameworks = vocabulary("national_frameworks")
    assert {level.more["framework"] for level in vocabulary("national_levels")} == {
        f.code for f in frameworks
    }
    assert all(framework.more["country"] in vocabulary("countries") for framework in frameworks)
    latvian = [level for level in vocabulary("national_levels") if level.more["framework"] == "LQF"]
    assert [level.iri for level in latvian] == [level.iri for level in vocabulary("lki")]


def test_the_skills_of_the_shipped_templates_are_in_the_shipped_subset() -> None:
    for name in ("data-literacy", "solar-panels"):
        data = tomllib.loads((TEMPLATES / f"{name}.toml").read_text(encoding="utf-8"))
        skills = [skill for outcome in data["learning_outcomes"] for skill in outcome.get("esco", ())]
        assert skills
        for skill in skills:
            known = vocabulary("esco").with_iri(skill["iri"])
            assert known and known.label == skill["label"]


def test_latvia_has_the_five_regions_of_nuts_2024() -> None:
    now = [
        region for region in vocabulary("regions_lv") if "until" not in region.more and len(region.code) == 5
    ]
    assert [region.label["lv"] for region in now] == ["Rīga", "Kurzeme", "Vidzeme", "Zemgale", "Latgale"]


@pytest.mark.parametrize("name", LISTS_OF_OTHERS)
def test_a_list_of_another_body_equals_the_original(name: str, shared: Path) -> None:
    data = _reference(shared, LISTS_OF_OTHERS[name])
    theirs = {concept["id"]: concept["prefLabel"] for concept in data["concepts"]}
    ours = {concept.iri: concept for concept in vocabulary(name) if not concept.iri.startswith("urn:")}
    if name != "regions_lv":
        assert vocabulary(name).scheme == data["scheme"]
    assert {ours[iri].code for iri in ours.keys() - theirs.keys()} <= NUTS_2024
    assert {iri for iri in theirs.keys() - ours.keys() if iri.startswith("http://")} <= {
        UNVERIFIED,
        LKI_ITSELF,
    }
    for iri in ours.keys() & theirs.keys():
        labels = {language: label for language, label in theirs[iri].items() if language != "native"}
        assert ours[iri].label.items() >= labels.items()


def test_forms_use_a_plainer_label_where_there_is_one() -> None:
    modes = {concept.code: concept.plain_label["en"] for concept in vocabulary("modes_of_participation")}
    assert modes == {
        "workBased": "At work",
        "projectBased": "Project based",
        "presential": "On site",
        "online": "Online",
        "blended": "Blended",
        "researchLab": "In a lab",
    }


@pytest.mark.parametrize("name", OURS)
def test_a_list_of_our_own_has_the_words_of_the_recommendation(name: str, shared: Path) -> None:
    theirs = {c["code"]: c["prefLabel"] for c in _reference(shared, OURS[name])["concepts"]}
    assert {concept.code: concept.label for concept in vocabulary(name)} == theirs


def test_the_national_levels_are_those_of_the_eu(shared: Path) -> None:
    theirs = {c["id"]: c["prefLabel"]["en"] for c in _reference(shared, "nqf_all")["concepts"]}
    both = [*vocabulary("national_frameworks"), *vocabulary("national_levels")]
    assert {concept.iri: concept.label["en"] for concept in both} == theirs


def test_every_country_has_the_address_and_the_names_of_the_eu_list(shared: Path) -> None:
    data = _reference(shared, "country_all_iso")
    known = {row[0]: data["iriTemplate"].format(alpha3=row[1]) for row in data["rows"]} | {
        "XK": data["iriTemplate"].format(alpha3="1A0")
    }
    assert len(vocabulary("countries")) == 249
    assert {c.code: c.iri for c in vocabulary("countries")}.items() <= known.items()
    for original in _reference(shared, "country")["concepts"]:
        assert vocabulary("countries")[original["alpha2"]].label == original["prefLabel"]


def test_a_list_of_the_institution_is_used_without_a_restart(own_lists: Path) -> None:
    assert vocabulary("stackability") is shipped_vocabulary("stackability")
    data = vocabulary_as_json(shipped_vocabulary("stackability"))
    data["concept"].append(
        {"code": "modular", "iri": "urn:riga:modular", "labels": {"en": "modular", "lv": "modulārs"}}
    )
    (own_lists / "stackability.json").write_text(json.dumps(data), encoding="utf-8")
    assert vocabulary("stackability")["modular"].label["lv"] == "modulārs"
    assert [found.code for found in search("stackability", "modul", "lv")] == ["modular"]
    data["concept"][-1]["labels"]["lv"] = "pa moduļiem"
    (own_lists / "stackability.json").write_text(json.dumps(data), encoding="utf-8")
    assert vocabulary("stackability")["modular"].label["lv"] == "pa moduļiem"
    assert "modular" not in shipped_vocabulary("stackability")


def test_a_broken_file_in_the_folder_is_reported_by_its_name(own_lists: Path) -> None:
    for content in ("{", "[]", '{"concept": [1]}', '{"scheme": "urn:x"}'):
        (own_lists / "eqf.json").write_text(content, encoding="utf-8")
        with pytest.raises(VocabularyError, match=r"eqf\.json"):
            vocabulary("eqf")


def _broken(change: Any) -> tuple[tuple[str, str], ...]:
    data = deepcopy(vocabulary_as_json(shipped_vocabulary("stackability")))
    change(data)
    with pytest.raises(VocabularyError) as caught:
        check_vocabulary(data, shipped_vocabulary("stackability"))
    return caught.value.problems


def test_an_unfit_list_is_refused_with_the_pointer_of_each_problem() -> None:
    def concepts(data: Any) -> Any:
        return data["concept"]

    assert _broken(lambda d: concepts(d).pop(0))[0] == (
        "/concept",
        "lacks the code standalone, which templates may hold",
    )
    assert _broken(lambda d: concepts(d)[1].update(code="a b"))[0][0] == "/concept/1/code"
    assert _broken(lambda d: concepts(d)[1].update(code="standalone"))[0][0] == "/concept/1/code"
    assert _broken(lambda d: concepts(d)[1].update(iri="javascript:alert(1)"))[0][0] == "/concept/1/iri"
    assert _broken(lambda d: concepts(d)[1].update(iri=concepts(d)[0]["iri"]))[0][0] == "/concept/1/iri"
    assert _broken(lambda d: concepts(d)[0]["labels"].pop("lv"))[0][0] == "/concept/0/lv"
    assert _broken(lambda d: concepts(d)[0]["labels"].update(lv="<b>"))[0][0] == "/concept/0/labels/lv"
    assert _broken(lambda d: concepts(d)[0].update(labels=["en"]))[0][0] == "/concept/0/labels"
    assert _broken(lambda d: concepts(d)[0].update(other_names="x"))[0][0] == "/concept/0/other_names"
    assert _broken(lambda d: concepts(d)[0].update(until="x\x00"))[0][0] == "/concept/0/until"
    assert _broken(lambda d: concepts(d).append(7))[0][0] == "/concept/2"
    assert _broken(lambda d: d.update(concept=[]))[0][0] == "/concept"
    assert _broken(lambda d: d.update(concept={}))[0][0] == "/concept"
    assert _broken(lambda d: d.pop("licence"))[0][0] == "/licence"
    colours = vocabulary_as_json(shipped_vocabulary("colours"))
    del colours["concept"][0]["deep"]
    with pytest.raises(VocabularyError, match="/concept/0/deep is missing"):
        check_vocabulary(colours, shipped_vocabulary("colours"))


_ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(["eqf", "urn:x:1", "<b>", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["scheme", "source", "licence", "date", "concept", "code", "iri", "en", "lv", "labels"]
            )
            | st.text(max_size=3),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(_ODD)
def test_any_data_is_a_list_or_is_refused(data: Any) -> None:
    try:
        found = check_vocabulary(data, shipped_vocabulary("eqf"))
    except VocabularyError as error:
        assert error.problems
    else:
        assert len(found) >= 8


def test_at_most_20_problems_are_reported() -> None:
    assert len(_broken(lambda d: d.update(concept=[{} for _ in range(9000)]))) == 20


def test_a_label_is_plain_text_of_one_line() -> None:
    assert unfit_text("Šķirošana & ražošana") is None
    for text in ("", " ", None, 7, "a\nb", "<script>", "\x00", "x" * 501, "\ud800"):
        assert unfit_text(text)
