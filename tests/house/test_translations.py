"""Every sentence a person reads is there in English and in Latvian."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from badges.sentences import sentences as verifier_sentences
from lti_tool.language import CATALOGUES, LANGUAGES

ROOT = Path(__file__).parents[2]
#: Their first word is a sentence that pages tell.
TOLD = (
    "PlatformError",
    "NotOnPlatformError",
    "ScopeRefusedError",
    "UnknownCodeError",
    "OutgoingError",
    "StatusError",
    "TooLargeError",
    "DeliveryError",
    "ConsentLostError",
    "NoModulesError",
)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    **dict.fromkeys(TOLD),
}
TRANSLATED = [language for language in LANGUAGES if language != "en"]


@cache
def sentences() -> dict[str, str]:
    """Every sentence of the sources that goes through gettext, and a file it stands in."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"][
        "mappings"
    ]
    methods = [(each["pattern"].removeprefix("lti_tool/"), each["method"]) for each in mappings]
    found: dict[str, str] = {}
    for file, _line, message, *_ in extract_from_dir(ROOT / "lti_tool", methods, keywords=KEYWORDS):
        found[_texts(message)[0]] = f"lti_tool/{file}"  # a plural is looked up by its singular
    return found


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def places(sentence: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}", sentence))


def test_there_are_sentences_to_translate() -> None:
    assert len(sentences()) > 50


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    missing = {
        sentence: file
        for sentence, file in sentences().items()
        if not (message := catalogue(language).get(sentence))
        or not all(_texts(message.string))
        or message.fuzzy
    }
    assert missing == {}


def test_each_sentence_around_a_verdict_is_one_that_pages_or_checks_tell() -> None:
    """What the languages of verdicts have by its English would else stay in the language of the page."""
    of_checks = {texts["en"] for codes in verifier_sentences().values() for texts in codes.values()}
    words = tomllib.loads((ROOT / "badges/sentences/verdicts/en.toml").read_text(encoding="utf-8"))
    assert set(words["said"]) - set(sentences()) - of_checks == set()
    assert len(words["said"]) == len(set(words["said"])) > 50


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_places_of_names(language: str) -> None:
    wrong = [
        message.id
        for message in catalogue(language)
        if isinstance(message.id, str) and message.id and places(message.id) != places(str(message.string))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_has_lost_its_sentence(language: str) -> None:
    ids = {_texts(message.id)[0] for message in catalogue(language) if message.id}
    assert ids - set(sentences()) == set()


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]
