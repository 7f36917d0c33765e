"""The languages people read our pages and mails in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from gettext import translation
from pathlib import Path

CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("en", "lv")


def best_language(wanted: Iterable[str | None]) -> str:
    """The first of `wanted` language tags that we speak (`lv-LV` counts as `lv`); English otherwise."""
    for tag in wanted:
        language = (tag or "").replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


@cache
def translator(language: str) -> Callable[[str], str]:
    """Gives sentences in `language`; the sentence itself where it has no translation."""
    return translation("messages", CATALOGUES, [language], fallback=True).gettext
