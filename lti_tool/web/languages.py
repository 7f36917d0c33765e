"""The language of a page: that of the launch, else of `?lang=`, else what the browser prefers."""

from __future__ import annotations

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, refresh

from lti_tool.language import CATALOGUES, LANGUAGES, best_language

#: Each language in its own words, for the links between them.
NAMES = {"en": "English", "lv": "Latviešu"}


def set_up(app: Flask) -> None:
    """Sets up Flask-Babel, and adds the headers that say in which language an answer is."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    Babel(app, locale_selector=page_language)
    app.jinja_env.globals.update(page_language=page_language, language_names=NAMES)
    app.after_request(_add_language_headers)


def page_language() -> str:
    """The language of the page of the current request."""
    if not has_request_context():
        return LANGUAGES[0]
    # A page asks some hundred times.
    language: str | None = g.get("language")
    if language is None:
        requested = request.args.get("lang")
        language = g.language = requested if requested in LANGUAGES else browser_language()
    return language


def browser_language() -> str:
    """The language of the tool that the browser prefers."""
    return best_language(tag for tag, _ in request.accept_languages)


def set_page_language(language: str) -> None:
    """Makes the rest of the page be in `language`."""
    g.language = language
    # Flask-Babel remembers the translations of the request once it has looked them up.
    refresh()


def add_content_language(language: str) -> None:
    """Says in the headers of the answer that a part of it is in `language`, beside that of the page."""
    g.further_language = language


def _add_language_headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        further = g.get("further_language")
        response.headers["Content-Language"] = f"{page_language()}, {further}" if further else page_language()
        if "language" in g:
            response.vary.add("Accept-Language")
    return response
