"""Flask-Babel's functions, with the types that it does not declare.

Import them under the usual short names, by which `make messages` finds the sentences: `gettext as _`,
`lazy_gettext as _l`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

import babel.numbers as babel_numbers
import flask_babel
from babel import Locale, dates
from flask_babel.speaklater import LazyString

from lti_tool.language import LANGUAGES

#: A text, or a LazyString: one that is put into the language of the page when it is shown.
Sentence = Any


def gettext(sentence: str, **values: Any) -> str:
    """The sentence in the language of the page, its %(names)s filled in."""
    return str(flask_babel.gettext(sentence, **values))


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The sentence for a number, in the language of the page and its own plural forms; `num` is filled in too."""
    return str(flask_babel.ngettext(singular, plural, num, **values))


def lazy_gettext(sentence: str, **values: Any) -> Sentence:
    """As `gettext`, but put into a language only when it is shown: for sentences in constants."""
    return flask_babel.lazy_gettext(sentence, **values)


def in_every_language(sentence: Sentence) -> str:
    """A lazy sentence in each language, one after the other: for somebody whose language is not known."""
    words = []
    for language in LANGUAGES:
        with flask_babel.force_locale(language):
            words.append(str(sentence))
    return " / ".join(words)


def in_english(sentence: Sentence) -> str:
    """A lazy sentence in English, by which translations elsewhere know it."""
    with flask_babel.force_locale("en"):
        return str(sentence)


def current_language() -> str:
    """The language that lazy sentences are put into just now: that of the page, but for `in_english`."""
    return str(flask_babel.get_locale())


def lazy_text(make: Callable[[], str]) -> Sentence:
    """A text that is made anew each time it is shown."""
    return LazyString(make)


def format_date(value: date | datetime, pattern: str) -> str:
    """The date in a CLDR date pattern, with the month names of the page's language; of a time, in its own zone."""
    return str(flask_babel.format_date(value, pattern, rebase=False))


def format_datetime(value: datetime, pattern: str) -> str:
    """The time in its own zone, in a CLDR date pattern."""
    # Apart from its zone: times of one moment in two zones are equal, and are written in two ways.
    return _formatted_datetime(
        value.replace(tzinfo=None), value.fold, value.tzinfo, pattern, flask_babel.get_locale()
    )


@lru_cache(maxsize=500)
def _formatted_datetime(
    local: datetime, fold: int, zone: tzinfo | None, pattern: str, locale: Locale | None
) -> str:
    """A page says few times often: of when a class was awarded, for each of its learners."""
    value = local.replace(tzinfo=zone, fold=fold)
    return str(dates.format_datetime(value, pattern, locale=locale))


def format_decimal(value: Decimal) -> str:
    """The number with the decimal separator of the page's language, and all its decimals."""
    locale = flask_babel.get_locale()
    return str(babel_numbers.format_decimal(value.normalize(), locale=locale, decimal_quantization=False))


def plural_category(number: int) -> str:
    """The form of a sentence that has this number in it, in the page's language: `one`, `other`, as CLDR calls it."""
    return str(flask_babel.get_locale().plural_form(number))


def format_time_ago(past: timedelta) -> str:
    """“3 minutes ago” in the page's language."""
    return str(flask_babel.format_timedelta(-past, add_direction=True, threshold=0.9))
