"""A picker finds what a person types, in either language, with or without accents."""

from __future__ import annotations

import pytest

from badges.vocabularies import Concept, Vocabulary, search, vocabulary
from badges.vocabularies.search_index import folded


def _codes(name: str, text: str, language: str = "en", limit: int = 20) -> list[str]:
    return [concept.code for concept in search(name, text, language, limit)]


def test_accents_and_capitals_do_not_matter() -> None:
    assert folded("Šķirošana — ĀBOLI") == "skirosana aboli"
    assert folded("Łódź, Øresund") == "lodz oresund"
    assert _codes("countries", "rumanija", "lv") == _codes("countries", "RUMĀNIJA", "lv") == ["RO"]


@pytest.mark.parametrize(
    ("name", "text", "language", "code"),
    [
        ("isced_f", "computer use", "en", "0611"),
        ("isced_f", "use comp", "en", "0611"),
        ("isced_f", "izglitiba", "lv", "01"),
        ("isced_f", "0611", "lv", "0611"),
        ("countries", "latv", "en", "LV"),
        ("countries", "LV", "en", "LV"),
        ("countries", "Germany", "lv", "DE"),
        ("countries", "vacija", "lv", "DE"),
        ("languages", "latvie", "lv", "lv"),
        ("assessment_types", "mutisk", "lv", "oralExamination"),
    ],
)
def test_the_best_answer_comes_first(name: str, text: str, language: str, code: str) -> None:
    assert _codes(name, text, language)[0] == code


def test_every_word_must_be_found_at_the_beginning_of_a_word() -> None:
    assert set(_codes("countries", "united")) == {"AE", "GB", "US"}
    assert _codes("countries", "united zebra") == []
    assert "MT" not in _codes("countries", "alt")


def test_a_long_word_is_found_within_compounds_after_all_others() -> None:
    found = [concept.label["lv"] for concept in search("esco", "drošība", "lv", 20)]
    assert found[0].startswith("datu drošība") and found[-1] == "kiberdrošība"
    assert _codes("countries", "alta") == ["MT", "GI"]
    assert len(_codes("isced_f", "logi", "lv", limit=3)) == 3


def test_no_text_gives_the_first_of_the_list_and_the_limit_holds() -> None:
    assert _codes("eqf", "", limit=3) == ["1", "2", "3"]
    assert _codes("eqf", "  \t", limit=3) == ["1", "2", "3"]
    assert len(_codes("isced_f", "education", limit=4)) == 4
    assert _codes("eqf", "level", limit=0) == []


def test_an_outdated_concept_is_read_but_not_offered() -> None:
    assert _codes("credit_systems", "") == ["ECTS"]
    assert _codes("regions_lv", "kurzeme", "lv") == ["LV00B"]
    assert vocabulary("regions_lv")["LV003"].label["lv"] == "Kurzeme"


def test_the_same_question_has_the_same_answer() -> None:
    assert _codes("isced_f", "tech") == _codes("isced_f", "tech")


def test_other_names_are_found_after_labels() -> None:
    skills = Vocabulary(
        scheme="urn:test",
        source="a test",
        licence="none",
        date="2026-01-01",
        concepts=(
            Concept(code="a", iri="urn:a", label={"en": "coach teams"}, other_names=("lead people",)),
            Concept(code="b", iri="urn:b", label={"en": "lead a team"}),
            Concept(code="c", iri="urn:c", label={"en": "lead", "lv": "vadīt"}),
        ),
    )
    assert [found.code for found in skills.search("lead", "en")] == ["c", "b", "a"]
    assert [found.code for found in skills.search("vadit", "en")] == ["c"]
    assert [found.code for found in skills.search("vad", "lv")] == ["c"]


@pytest.mark.parametrize("text", ["\x00", "((((", "a" * 100_000, "%_\\", "🦊", "\n\n", "İ"])
def test_any_text_can_be_searched_for(text: str) -> None:
    assert isinstance(search("countries", text, "lv"), tuple)
