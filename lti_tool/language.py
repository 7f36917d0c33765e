"""The languages of pages and mails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from gettext import translation
from pathlib import Path

CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("en", "lv")


def best_language(tags: Iterable[str | None]) -> str:
    """The language of the first tag that is one of LANGUAGES (`lv-LV` counts as `lv`), English where none is."""
    for tag in tags:
        language = (tag or "").replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


@cache
def translator(language: str) -> Callable[[str], str]:
    """A function that translates sentences into `language`; one without a translation it returns unchanged."""
    return translation("messages", CATALOGUES, [language], fallback=True).gettext
