"""The languages of pages and mails.

Pages, and mails to teachers, approvers and operators, are in LANGUAGES, of which people have read every sentence.
Mails to learners are in MAIL_LANGUAGES: the others are our own translations, which say so in their files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import translation
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit

CATALOGUES = Path(__file__).parent / "translations"

LANGUAGES = ("en", "lv")

#: The languages of mails to learners: those with a file in translations/learner_mails, beside LANGUAGES.
MAIL_LANGUAGES = (*LANGUAGES, "cs", "de", "el", "es", "fr", "hu", "it", "nl", "pl", "pt", "ro", "sv")

#: How a day is written: English as Europe writes it; Babel's own is American. Others are as Babel has them.
DAY = {"en": "d MMMM y", "lv": "y. 'gada' d. MMMM"}


#: Where Babel's locale of that name is of another continent.
_OF_EUROPE = {"pt": "pt_PT"}


def written_day(day: date, language: str) -> str:
    """The day in words, in a language of the EU."""
    return format_date(day, DAY.get(language, "long"), locale=european(language))


def written_moment(moment: datetime, language: str) -> str:
    """The day and the minute in the zone of the moment, and the name of that, in a language of the EU."""
    minute = format_datetime(moment, "HH:mm (VVV)", locale=european(language))
    return f"{written_day(moment.date(), language)}, {minute}"


def written_number(number: Decimal, language: str) -> str:
    """The number in figures, as it is written in a language of the EU, without zeros at its end."""
    return format_decimal(number, locale=european(language))


def written_hours(hours: Decimal, language: str) -> str:
    """So many hours, in a language of the EU; by the symbol of the hour where Babel has no word for it."""
    whole = int(hours) if hours == int(hours) else hours.normalize()
    words = format_unit(whole, "duration-hour", "long", locale=european(language))
    return f"{written_number(hours, language)} h" if "duration" in words else words


def european(language: str) -> str:
    """The name of Babel's locale for a language of the EU, as it is written there."""
    return _OF_EUROPE.get(language, language)


def best_language(tags: Iterable[str | None]) -> str:
    """The language of the first tag that is one of LANGUAGES (`lv-LV` counts as `lv`), English where none is."""
    return best_of(LANGUAGES, tags)


def mail_language(tags: Iterable[str | None]) -> str:
    """The language of a mail to a learner: as `best_language`, of MAIL_LANGUAGES."""
    return best_of(MAIL_LANGUAGES, tags)


def best_of(languages: Collection[str], tags: Iterable[str | None]) -> str:
    """The language of the first tag that is one of `languages`, English where none is."""
    for tag in tags:
        language = (tag or "").replace("_", "-").split("-")[0].lower()
        if language in languages:
            return language
    return LANGUAGES[0]


@cache
def translator(language: str) -> Callable[[str], str]:
    """A function that translates sentences into `language`; one without a translation it returns unchanged."""
    if language in LANGUAGES or language not in MAIL_LANGUAGES:
        return translation("messages", CATALOGUES, [language], fallback=True).gettext
    sentences = learner_mail_sentences(language)
    return lambda sentence: sentences.get(sentence, sentence)


def staff_translator(language: str) -> Callable[[str], str]:
    """As `translator`, for mails to those who read the pages of LANGUAGES: teachers, approvers and operators.

    What is written by it needs no entry in translations/learner_mails; every other mail does.
    """
    return translator(best_language([language]))


def learner_mail_sentences(language: str) -> dict[str, str]:
    """The sentences of mails to learners by their English. Raises FileNotFoundError for one of LANGUAGES."""
    file = CATALOGUES / "learner_mails" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
