"""Verdicts, answers and the elements of Annex I in the languages of the EU: a TOML file for each.

English and Latvian are what pages are written in, and people have read them. The other files are our own translations
in the terms of the Council Recommendation (2022/C 243/02), and say that no native speaker has reviewed them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "verdicts"

#: The 24 official languages of the EU.
EU_LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
)
#: Those with a file in `verdicts` of our own translations: all but the languages of pages.
TRANSLATED = tuple(language for language in EU_LANGUAGES if language not in ("en", "lv"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """A verdict for a reader: a headline, what to do now, and that the translation is not reviewed."""

    language: str
    headline: str
    what_to_do: str
    note: str


def verdict_words(code: str, language: str) -> VerdictWords | None:
    """A verdict in one of TRANSLATED; None for another language, and for a code that has no words."""
    if language not in TRANSLATED or code not in _words(language)["headline"]:
        return None
    words = _words(language)
    return VerdictWords(
        language=language,
        headline=words["headline"][code],
        what_to_do=words["what_to_do"][code],
        note=words["note"],
    )


def said_in(english: str, language: str) -> str | None:
    """A sentence of the page around a verdict, by its English, in one of TRANSLATED; None where there is none."""
    if language not in TRANSLATED:
        return None
    sentence: str | None = _words(language)["said"].get(english)
    return sentence


def element_name(code: str, language: str) -> str | None:
    """The name of an element of Annex I in one of TRANSLATED; None for another language."""
    if language not in TRANSLATED:
        return None
    name: str | None = _words(language)["element"].get(code)
    return name


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
