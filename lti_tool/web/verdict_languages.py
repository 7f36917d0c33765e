"""The language in which a visitor reads verdicts: any of the EU's 24, where the page itself is English or Latvian.

What is translated is the verdict, what to do now, and the names of the elements of Annex I. All else stays in the
language of the page, and each part says in its markup in which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

from flask import Flask, request
from markupsafe import Markup

from badges.eu.annex_1 import Element
from badges.sentences.verdict_words import EU_LANGUAGES, TRANSLATED, VerdictWords, element_name, verdict_words
from badges.vocabularies import shipped_vocabulary
from badges.vocabularies.concepts import Concept
from lti_tool.language import LANGUAGES, best_of
from lti_tool.web.filters import localized, localized_text
from lti_tool.web.languages import add_content_language, page_language

#: The blueprints whose pages tell a visitor what was found out about a badge.
_PAGES = ("verifier", "badge_pages")


def set_up(app: Flask) -> None:
    """Makes the language and its words known to the pages."""
    app.jinja_env.globals.update(
        verdict_language=verdict_language,
        verdict_in_own_language=verdict_in_own_language,
        element_label=element_label,
        verdict_languages=verdict_languages,
        language_name=language_name,
        own_name=own_name,
    )


def verdict_language() -> str:
    """What the visitor has chosen by `?lang=`, else what the browser prefers of what there is; else the page's."""
    requested = request.args.get("lang")
    if request.blueprint not in _PAGES:
        return page_language()
    if requested in EU_LANGUAGES:
        return requested
    preferred = best_of((*LANGUAGES, *TRANSLATED), (tag for tag, _ in request.accept_languages))
    return preferred if preferred in TRANSLATED else page_language()


def verdict_in_own_language(code: str) -> VerdictWords | None:
    """The verdict of that code where it is to be told in another language than that of the page, and can be."""
    words = verdict_words(code, verdict_language())
    if words is not None:
        add_content_language(words.language)
    return words


def element_label(element: Element) -> Markup:
    """The name of an element in the language of the verdict, else of the page."""
    language = verdict_language()
    name = element_name(element.code, language)
    return (
        localized(element.label) if name is None else Markup('<bdi lang="{}">{}</bdi>').format(language, name)
    )


def verdict_languages() -> tuple[list[Concept], list[Concept]]:
    """The EU's languages by their names on the page: those in which there are verdicts, and the others."""
    told = (*LANGUAGES, *TRANSLATED)
    return _by_name(told), _by_name(language for language in EU_LANGUAGES if language not in told)


def language_name(language: str) -> str:
    """The name of a language of the EU, in the language of the page."""
    return localized_text(shipped_vocabulary("languages")[language].label)


def own_name(language: str) -> Markup:
    """The name of a language of the EU in that language."""
    native = shipped_vocabulary("languages")[language].more["native"]
    return Markup('<span lang="{}">{}</span>').format(language, native)


def _by_name(languages: Iterable[str]) -> list[Concept]:
    known = shipped_vocabulary("languages")
    return sorted((known[language] for language in languages), key=_place)


def _place(language: Concept) -> str:
    """By what its name is sorted: letters with marks beside those without, as in Latvian."""
    return normalize("NFKD", localized_text(language.label))
