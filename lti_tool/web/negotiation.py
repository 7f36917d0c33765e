"""Does the reader want a page or the document itself?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

JSON_TYPES = ("application/json", "application/ld+json", "application/vc+ld+json", "application/vc")


def prefers_html(documents: Sequence[str] = JSON_TYPES) -> bool:
    """True where a page is clearly preferred, as by browsers; who accepts anything gets the document."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > max(accepted[kind] for kind in documents)


def prefers_json() -> bool:
    """True where a program asks: by what it accepts, or by the name of the document."""
    accepted = request.accept_mimetypes
    if request.path.endswith((".json", ".jsonld", "/readyz", "/healthz")):
        return not prefers_html()
    return max(accepted[kind] for kind in JSON_TYPES) > accepted["text/html"]
