"""Each condition speaks English and Latvian, and says the same in both."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lti_tool import conditions, plugs
from lti_tool.conditions import CONDITIONS
from lti_tool.sources import SOURCES

SPEAKING = [conditions, *CONDITIONS.values(), *SOURCES.values()]


def sentences(words: dict[str, Any]) -> dict[str, list[str]]:
    """The places to be filled in, in each sentence."""
    return {
        f"{table}.{code}": sorted(re.findall(r"{\w+}", sentence))
        for table, texts in words.items()
        for code, sentence in texts.items()
    }


@pytest.mark.parametrize("plug", SPEAKING, ids=lambda plug: plug.__name__)
def test_every_sentence_is_there_in_both_languages(plug: Any) -> None:
    english, latvian = (sentences(dict(plugs.words(plug, language))) for language in plugs.LANGUAGES)
    assert english == latvian


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
