"""The languages of pages and mails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from gettext import translation
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal

CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("en", "lv")

#: How a day is written: English as Europe writes it; Babel's own is American.
DAY = {"en": "d MMMM y", "lv": "y. 'gada' d. MMMM"}


def written_day(day: date, language: str) -> str:
    """The day in words, in one of LANGUAGES."""
    return format_date(day, DAY[language], locale=language)


def written_number(number: Decimal, language: str) -> str:
    """The number in figures, as it is written in one of LANGUAGES, without zeros at its end."""
    return format_decimal(number, locale=language)


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
