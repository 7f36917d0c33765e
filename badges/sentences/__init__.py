"""sentence: what a code says to people, in English or Latvian. The sentences are data, a TOML a subject."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "lv")
_FOLDER = Path(__file__).parent


def sentence(check: str, code: str, language: str = "en") -> str:
    """The sentence for a code of that check, or of `verdict`; in English where the language is not one of ours.

    A code without a sentence is given back as it is: a report is worth more than its wording.
    """
    said = sentences().get(check, {}).get(code, {})
    return said.get(language) or said.get("en") or code


def document_word(code: str, language: str) -> str:
    """What a certificate or transcript calls something; in English where the language is not one of ours."""
    said = _document_words()[code]
    return said.get(language) or said["en"]


@cache
def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """All sentences: check -> code -> language -> sentence."""
    return tomllib.loads((_FOLDER / "verify.toml").read_text(encoding="utf-8"))


@cache
def _document_words() -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / "documents.toml").read_text(encoding="utf-8"))
