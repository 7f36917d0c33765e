"""Days, hours and countries of a badge in the language of the verdict: what every language has words for in CLDR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from babel import Locale

from badges.eu import readers
from badges.eu.elements import Reading
from badges.sentences.verdict_words import TRANSLATED
from lti_tool.language import european, written_day, written_hours
from lti_tool.values import Json


def readings_in_language(readings: Sequence[Reading], credential: Json, language: str) -> tuple[Reading, ...]:
    """The readings of a credential, with those values in `language` too where verdicts are translated into it."""
    words = _words(credential, language) if language in TRANSLATED else {}
    return tuple(
        replace(each, values=({**each.values[0], language: words[each.element.code]}, *each.values[1:]))
        if each.element.code in words
        else each
        for each in readings
    )


def _words(credential: Json, language: str) -> Mapping[str, str]:
    """The first value of an element by its code: only of those that are stated in a form that can be read."""
    day, hours = readers.day_of_issuing(credential), readers.hours_of_workload(credential)
    code = readers.country_code(credential)
    words = {
        "date_of_issuing": written_day(day, language) if day else "",
        "notional_workload": written_hours(hours, language) if hours else "",
        "country": Locale.parse(european(language)).territories.get(code, "") if code else "",
    }
    return {element: text for element, text in words.items() if text}
