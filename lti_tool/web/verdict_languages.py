"""What a visitor reads of a verdict in any of the EU's 24 languages, where the page itself is English or Latvian.

What is translated is the verdict, what to do now, the answers with their headings, the names of the elements of
Annex I, and days and hours. All else stays in the language of the page, and each part says in its markup in which one
it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from unicodedata import normalize

from flask import Flask
from markupsafe import Markup

from badges.eu.annex_1 import Element
from badges.sentences.verdict_words import (
    EU_LANGUAGES,
    TRANSLATED,
    VerdictWords,
    element_name,
    said_in,
    verdict_words,
)
from badges.vocabularies import shipped_vocabulary
from badges.vocabularies.concepts import Concept
from lti_tool.language import written_day, written_moment
from lti_tool.web.filters import calendar_day, day, localized, localized_text, moment
from lti_tool.web.languages import add_content_language
from lti_tool.web.time_zones import in_page_zone
from lti_tool.web.translation import Sentence, in_english, lazy_gettext
from lti_tool.web.visitor_language import verdict_language


def set_up(app: Flask) -> None:
    """Makes the language and its words known to the pages."""
    app.jinja_env.globals.update(
        verdict_language=verdict_language,
        verdict_in_own_language=verdict_in_own_language,
        element_label=element_label,
        said=said,
        is_verdict_translated=is_verdict_translated,
        _l=lazy_gettext,
        verdict_languages=verdict_languages,
        own_name=own_name,
    )


def verdict_in_own_language(code: str) -> VerdictWords | None:
    """The verdict of that code where it is to be told in another language than that of the page, and can be."""
    words = verdict_words(code, verdict_language())
    if words is not None:
        add_content_language(words.language)
    return words


def is_verdict_translated() -> bool:
    """Whether verdicts are told in another language than that of the page."""
    return verdict_language() in TRANSLATED


def said(sentence: Sentence, **values: Any) -> Markup:
    """A lazy sentence in the language of the verdict where it has it, else as the page says it; `values` filled in.

    Of a value that is a time, `when` tells the minute, and each other name the day.
    """
    language = verdict_language()
    translated = said_in(in_english(sentence), language) if language in TRANSLATED else None
    if translated is None:
        return _filled(sentence, {name: _on_page(name, value) for name, value in values.items()})
    told = {name: _in_language(name, value, language) for name, value in values.items()}
    return Markup('<bdi lang="{}">{}</bdi>').format(language, _filled(translated, told))


def _filled(sentence: Sentence, values: Mapping[str, Any]) -> Markup:
    words = Markup.escape(sentence)
    return words % values if values else words


def _on_page(name: str, value: Any) -> Any:
    match value:
        case datetime():
            return moment(value) if name == "when" else day(value)
        case date():
            return calendar_day(value)
    return value


def _in_language(name: str, value: Any, language: str) -> Any:
    match value:
        case datetime() if name == "when":
            return written_moment(in_page_zone(value), language)
        case datetime():
            return written_day(in_page_zone(value).date(), language)
        case date():
            return written_day(value, language)
    return value


def element_label(element: Element) -> Markup:
    """The name of an element in the language of the verdict, else of the page."""
    language = verdict_language()
    name = element_name(element.code, language)
    return (
        localized(element.label) if name is None else Markup('<bdi lang="{}">{}</bdi>').format(language, name)
    )


def verdict_languages() -> list[Concept]:
    """The EU's languages, by their names on the page."""
    known = shipped_vocabulary("languages")
    return sorted((known[language] for language in EU_LANGUAGES), key=_place)


def own_name(language: str) -> Markup:
    """The name of a language of the EU in that language."""
    native = shipped_vocabulary("languages")[language].more["native"]
    return Markup('<span lang="{}">{}</span>').format(language, native)


def _place(language: Concept) -> str:
    """By what its name is sorted: letters with marks beside those without, as in Latvian."""
    return normalize("NFKD", localized_text(language.label))
