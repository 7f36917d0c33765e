"""The language of a page: of the launch, else asked for with `?lang=`, else what the browser prefers."""

from __future__ import annotations

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, refresh

from lti_tool.language import CATALOGUES, LANGUAGES, best_language

#: Each language in its own words, for the links between them.
NAMES = {"en": "English", "lv": "Latviešu"}


def set_up(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    Babel(app, locale_selector=page_language)
    app.jinja_env.globals.update(page_language=page_language, language_names=NAMES)
    app.after_request(_say_language)


def page_language() -> str:
    """The language of the page being made."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        wanted = request.args.get("lang")
        g.language = wanted if wanted in LANGUAGES else browser_language()
    return str(g.language)


def browser_language() -> str:
    return best_language(tag for tag, _ in request.accept_languages)


def speak(language: str) -> None:
    """The rest of the page is in `language`."""
    g.language = language
    refresh()


def _say_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = page_language()
        if "language" in g:
            response.vary.add("Accept-Language")
    return response
