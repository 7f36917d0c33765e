"""Each condition, source and check of the doctor speaks English and Latvian, and says the same in both."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel import Locale

from lti_tool import conditions, doctor, plugs
from lti_tool.conditions import CONDITIONS
from lti_tool.doctor import CHECKS
from lti_tool.sources import SOURCES

SPEAKING = [conditions, *CONDITIONS.values(), *SOURCES.values(), doctor, *CHECKS.values()]


def sentences(words: dict[str, Any]) -> dict[str, set[str]]:
    """The places to be filled in, in each sentence; of one with several forms, in all of them together."""
    return {
        f"{table}.{code}": set(re.findall(r"{\w+}", " ".join(forms_of(sentence).values())))
        for table, texts in words.items()
        for code, sentence in texts.items()
    }


def forms_of(sentence: str | dict[str, str]) -> dict[str, str]:
    return {"other": sentence} if isinstance(sentence, str) else sentence


@pytest.mark.parametrize("language", plugs.LANGUAGES)
@pytest.mark.parametrize("plug", SPEAKING, ids=lambda plug: plug.__name__)
def test_a_sentence_with_several_forms_has_those_of_its_language(plug: Any, language: str) -> None:
    needed = Locale(language).plural_form.tags | {"other"}
    for texts in plugs.words(plug, language).values():
        for sentence in texts.values():
            assert isinstance(sentence, str) or sentence.keys() == needed


@pytest.mark.parametrize("plug", SPEAKING, ids=lambda plug: plug.__name__)
def test_every_sentence_is_there_in_both_languages(plug: Any) -> None:
    english, latvian = (sentences(dict(plugs.words(plug, language))) for language in plugs.LANGUAGES)
    assert english == latvian


@pytest.mark.parametrize("plug", [doctor, *CHECKS.values()], ids=lambda plug: plug.__name__)
def test_every_finding_says_what_is_wrong_and_how_it_is_mended(plug: Any) -> None:
    words = plugs.words(plug, "en")
    assert plug.FINDINGS.keys() == words["what"].keys() == words["mend"].keys()


@pytest.mark.parametrize("plug", SPEAKING, ids=lambda plug: plug.__name__)
def test_every_code_has_a_sentence_for_teachers(plug: Any) -> None:
    source = plug.__loader__.get_source(plug.__name__)
    codes = set(re.findall(r'code="(\w+)"', source)) | set(re.findall(r'_part\("\w+", "(\w+)"', source))
    assert codes <= plugs.words(plug, "en").get("teacher", {}).keys()


@pytest.mark.parametrize("name", [name for name, each in CONDITIONS.items() if each.IS_OCCASION])
def test_what_can_be_chosen_is_described(name: str) -> None:
    words = plugs.words(CONDITIONS[name], "lv")
    assert {"title", "hint"} <= words["choice"].keys()
    assert {"automatic", "confirmed", "learner"} <= words["rule"].keys()
