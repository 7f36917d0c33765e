"""Which elements count: a listed level, more than no hours, a known form of participation, outcomes in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.eu import elements
from badges.eu.annex_1 import ELEMENTS
from badges.template.model import Template
from badges.vocabularies import vocabulary
from signing.json_text import Json

Build = Callable[..., Json]
_EQF = "http://data.europa.eu/snb/eqf/"
_ONLINE = vocabulary("modes_of_participation")["online"].iri
_QUIZ = vocabulary("assessment_types")["quiz"].iri
_ECTS = vocabulary("credit_systems")["ECTS"].iri


def concept(label: str, iri: str = "https://issuer.example/own") -> Json:
    return {"id": iri, "type": "Concept", "prefLabel": {"en": label}}


def counted(credential: Json) -> set[str]:
    return {
        reading.element.code
        for reading in elements.read(credential)
        if reading.element.mandatory and reading.counts
    }


ALL = {element.code for element in ELEMENTS if element.mandatory}


@pytest.fixture
def credential(data_literacy: Template, built: Build) -> Json:
    return built(data_literacy)


@pytest.fixture
def achievement(credential: Json) -> Json:
    found: Json = credential["credentialSubject"]["achievement"]
    return found


def test_all_eleven_count_in_a_badge_of_ours(solar: Template, credential: Json, built: Build) -> None:
    assert counted(credential) == counted(built(solar)) == ALL


NONSENSE = {
    "mode": [concept("telepathy")],
    "eqfLevel": concept("level 99", f"{_EQF}99"),
    "nqfLevel": [concept("level 99")],
    "educationLevel": [concept("fifth cycle")],
    "volumeOfLearning": "PT0H",
    "creditPoint": [],
    "provenBy": [{"title": {"en": "my cousin says it is good"}, "dcType": [concept("my cousin")]}],
    "accreditation": [{"title": {"en": "my cousin says it is good"}, "dcType": [concept("my cousin")]}],
    "learningOutcome": [{"title": {"en": " \u200b "}}],
}


def test_nonsense_is_shown_and_does_not_count(credential: Json, achievement: Json) -> None:
    achievement.update(NONSENSE)
    assert counted(credential) == {
        "learner",
        "title",
        "country",
        "awarding_body",
        "date_of_issuing",
    }
    shown = " ".join(
        text for reading in elements.read(credential) for value in reading.values for text in value.values()
    )
    for words in ("telepathy", "level 99", "0 hours", "my cousin says it is good"):
        assert words in shown


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("level", {"eqfLevel": concept("Level 9", f"{_EQF}9")}),
        ("level", {"eqfLevel": concept("Level 0", f"{_EQF}0")}),
        ("level", {"eqfLevel": {"prefLabel": {"en": "Level 4"}}}),
        ("level", {"nqfLevel": [concept("level 99", "http://data.europa.eu/snb/qdr/c_00000000")]}),
        (
            "level",
            {"eqfLevel": None, "nqfLevel": None, "educationLevel": None, "levelDecision": "of my cousin"},
        ),
        (
            "level",
            {
                "eqfLevel": None,
                "nqfLevel": [concept("x")],
                "educationLevel": None,
                "levelApplicable": "false",
            },
        ),
        ("notional_workload", {"volumeOfLearning": "PT0H", "creditPoint": None}),
        (
            "notional_workload",
            {"volumeOfLearning": "PT0H00M", "creditPoint": [{"point": "0", "framework": {}}]},
        ),
        (
            "notional_workload",
            {"volumeOfLearning": None, "creditPoint": [{"point": "3", "framework": concept("fun")}]},
        ),
        (
            "notional_workload",
            {"volumeOfLearning": None, "creditPoint": [{"point": "0", "framework": _ECTS}]},
        ),
        (
            "notional_workload",
            {"volumeOfLearning": None, "creditPoint": [{"point": "0.0", "framework": _ECTS}]},
        ),
        (
            "notional_workload",
            {"volumeOfLearning": None, "creditPoint": [{"point": "-3", "framework": _ECTS}]},
        ),
        ("form_of_participation", {"mode": [concept("online", _ONLINE), concept("telepathy")]}),
        ("type_of_assessment", {"provenBy": [{"title": {"en": "Quiz"}}]}),
        (
            "type_of_assessment",
            {"provenBy": [{"dcType": [concept("quiz", _QUIZ)]}, {"dcType": [concept("cousin")]}]},
        ),
        ("type_of_quality_assurance", {"accreditation": [{"title": {"en": "ISO 9001"}}]}),
        ("learning_outcomes", {"learningOutcome": [{"title": {"en": "..."}}]}),
        ("learning_outcomes", {"learningOutcome": []}),
    ],
)
def test_what_is_on_no_list_does_not_count(
    credential: Json, achievement: Json, code: str, changes: Json
) -> None:
    achievement.update(changes)
    assert counted(credential) == ALL - {code}


@pytest.mark.parametrize(
    "changes",
    [
        {"volumeOfLearning": "PT0H30M", "creditPoint": None},
        {"volumeOfLearning": "PT40H", "creditPoint": None},
        {"volumeOfLearning": None},
        {"volumeOfLearning": "PT0H"},
        {"volumeOfLearning": None, "creditPoint": [{"point": "0.5", "framework": _ECTS}]},
        {"eqfLevel": None, "nqfLevel": None, "educationLevel": None, "levelApplicable": "false"},
        {"eqfLevel": None, "educationLevel": None},
        {"mode": concept("online", _ONLINE)},
        {"mode": [_ONLINE]},
        {"provenBy": {"dcType": [concept("our own kind"), concept("quiz", _QUIZ)]}},
        {"learningOutcome": {"title": {"en": "3D printing"}}},
    ],
    ids=str,
)
def test_what_is_on_a_list_counts(credential: Json, achievement: Json, changes: Json) -> None:
    achievement.update(changes)
    assert counted(credential) == ALL


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"addressCountryCode": "LV"}, True),
        ({"addressCountryCode": "QQ"}, False),
        ({"addressCountry": "Latvija"}, True),
        ({"addressCountry": "Narnia"}, False),
        ({"addressRegion": "Vidzeme"}, False),
        ({"addressCountryCode": []}, False),
    ],
)
def test_a_country_is_one_that_there_is(credential: Json, address: Json, expected: object) -> None:
    credential["issuer"]["address"] = address
    credential["issuer"].pop("location", None)
    assert ("country" in counted(credential)) is expected


def test_people_read_of_a_listed_concept_what_programs_read(credential: Json, achievement: Json) -> None:
    """An IRI of level 3 with the words of level 8 would be two badges in one."""
    achievement.update(
        eqfLevel=concept("Level 8", f"{_EQF}3"),
        nqfLevel=None,
        educationLevel=None,
        mode=[concept("telepathy", _ONLINE)],
    )
    achievement["accreditation"][0]["title"] = {"en": "my cousin says it is good"}
    values = {reading.element.code: reading.values for reading in elements.read(credential)}
    assert [value["en"] for value in values["level"]] == ["EQF: Level 3"]
    assert [value["en"] for value in values["form_of_participation"]] == ["Online"]
    assurances = [value.get("en", "") for value in values["type_of_quality_assurance"]]
    assert "my cousin says it is good" in assurances
    assert any(text.startswith(("internal", "external")) for text in assurances)


def test_a_list_of_one_subject_is_read(credential: Json) -> None:
    credential["credentialSubject"] = [credential["credentialSubject"]]
    assert counted(credential) == ALL
    credential["credentialSubject"] *= 2
    assert counted(credential) == {"country", "awarding_body", "date_of_issuing"}


_junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(_ONLINE),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "title", "point"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(junk=st.dictionaries(st.sampled_from([*NONSENSE, "levelApplicable"]), _junk))
def test_anything_either_counts_or_not(junk: Json) -> None:
    credential = {"credentialSubject": {"achievement": junk}}
    assert counted(credential) <= {element.code for element in ELEMENTS}
