"""Sentences for people, in English and Latvian, as data: a TOML file for each subject."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "lv")
_FOLDER = Path(__file__).parent


def sentence(check: str, code: str, language: str = "en") -> str:
    """The sentence for a code of a verifier's check, or of `verdict`; in English where there is none in `language`.

    Returns the code itself where it has no sentence: a missing wording must not cost anybody the report.
    """
    texts = sentences().get(check, {}).get(code, {})
    return texts.get(language) or texts.get("en") or code


def document_word(code: str, language: str) -> str:
    """A heading or label of certificates and transcripts, in English where there is none in `language`.

    Raises KeyError for a code that is not in documents.toml.
    """
    texts = _document_words()[code]
    return texts.get(language) or texts["en"]


@cache
def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """All sentences of the verifier: check -> code -> language -> sentence."""
    return tomllib.loads((_FOLDER / "verify.toml").read_text(encoding="utf-8"))


@cache
def wallet_words() -> dict[str, dict[str, dict[str, str]]]:
    """The words by which wallets show a badge: table -> code -> language -> word."""
    return tomllib.loads((_FOLDER / "sd_jwt.toml").read_text(encoding="utf-8"))


@cache
def _document_words() -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / "documents.toml").read_text(encoding="utf-8"))
