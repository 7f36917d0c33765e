"""The language in which a visitor reads a verdict, which may be another one than that of the page."""

from __future__ import annotations

from flask import has_request_context, request

from badges.sentences.verdict_words import EU_LANGUAGES, TRANSLATED
from lti_tool.language import LANGUAGES, best_of
from lti_tool.web.languages import page_language

#: The blueprints whose pages tell a visitor what was found out about a badge.
_PAGES = ("verifier", "badge_pages", "shared_badge")


def verdict_language() -> str:
    """What the visitor has chosen by `?lang=`, else what the browser prefers of what there is; else the page's."""
    if not has_request_context() or request.blueprint not in _PAGES:
        return page_language()
    requested = request.args.get("lang")
    if requested in EU_LANGUAGES:
        return requested
    preferred = best_of((*LANGUAGES, *TRANSLATED), (tag for tag, _ in request.accept_languages))
    return preferred if preferred in TRANSLATED else page_language()
