"""The words of recognition packs, in English and Latvian."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from badges.sentences import LANGUAGES
from badges.template.fields import Texts

_FILE = Path(__file__).parent / "words.toml"


def pack_texts(*path: str, **values: str | Texts) -> Texts:
    """The words at that path of `words.toml`, by language, filled in with values, which may be texts by language."""
    found = _words()
    for name in path:
        found = found[name]
    return {language: _filled(found[language], language, values) for language in LANGUAGES}


def pack_word(name: str, language: str) -> str:
    """One of the headings, in English where there is none in `language`."""
    texts = pack_texts(name)
    return texts.get(language, texts["en"])


def _filled(pattern: str, language: str, values: dict[str, str | Texts]) -> str:
    in_language = {
        name: value if isinstance(value, str) else value.get(language) or next(iter(value.values()), "")
        for name, value in values.items()
    }
    return pattern.strip().format(**in_language) if in_language else pattern.strip()


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
