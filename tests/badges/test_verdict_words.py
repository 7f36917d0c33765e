"""Verdicts and elements are whole in each language that has them, as far as a machine can see."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import badges.sentences
from badges.eu.annex_1 import ELEMENTS
from badges.sentences.verdict_words import EU_LANGUAGES, TRANSLATED, element_name, said_in, verdict_words
from badges.vocabularies import shipped_vocabulary
from tests.translations import OWN_WORDS, faults

FOLDER = Path(badges.sentences.__file__).parent / "verdicts"


def words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def test_every_language_of_the_eu_has_verdicts() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == {"en", *TRANSLATED}
    assert {"en", "lv", *TRANSLATED} == set(EU_LANGUAGES)


def test_every_language_of_the_eu_has_its_names() -> None:
    assert len(set(EU_LANGUAGES)) == 24
    for language in EU_LANGUAGES:
        concept = shipped_vocabulary("languages")[language]
        assert concept.label["en"] and concept.label["lv"] and concept.more["native"]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("table", ["headline", "what_to_do", "element"])
def test_every_text_is_there_and_has_no_fault_that_a_machine_sees(language: str, table: str) -> None:
    english = (
        {element.code: element.label["en"] for element in ELEMENTS}
        if table == "element"
        else words("en")[table]
    )
    told = words(language)[table]
    assert list(told) == list(english)
    found = {code: faults(text, told[code], language) for code, text in english.items()}
    assert {code: wrong for code, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_around_a_verdict_is_there_and_has_no_fault_that_a_machine_sees(language: str) -> None:
    told = words(language)["said"]
    assert list(told) == list(words("en")["said"])
    found = {english: faults(english, text, language) for english, text in told.items()}
    assert {english: wrong for english, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_file_says_to_programmers_and_readers_that_nobody_has_reviewed_it(language: str) -> None:
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    assert "Not reviewed by a native speaker." in text.split("\n")[0]
    note = words(language)["note"]
    assert isinstance(note, str) and note.endswith(":")
    assert OWN_WORDS[language] in text.lower()


def test_no_two_verdicts_are_told_alike() -> None:
    for language in ("en", *TRANSLATED):
        headlines = words(language)["headline"]
        assert len(set(headlines.values())) == len(headlines), language


def test_what_is_not_translated_has_no_words() -> None:
    assert verdict_words("verified", "lv") is None and element_name("learner", "lv") is None
    assert said_in("Evidence", "lv") is None and said_in("No such sentence", "de") is None
    assert verdict_words("no_such_code", "de") is None and element_name("no_such_element", "de") is None
    assert verdict_words("verified", "../en") is None
