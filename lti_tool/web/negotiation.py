"""Content negotiation: a page for a person, or the document for a program."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import request

JSON_TYPES = ("application/json", "application/ld+json", "application/vc+ld+json", "application/vc")

#: Where wallets alone come, which do not always say what they accept.
_OF_WALLETS = re.compile(r"/(exchanges|wallet/offers|issuers/[^/]+/wallet)/")


def prefers_html(documents: Sequence[str] = JSON_TYPES) -> bool:
    """Whether the request clearly prefers a page, as browsers do; a client that accepts anything gets the document."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > max(accepted[kind] for kind in documents)


def prefers_json() -> bool:
    """Whether a program sent the request: by what it accepts, or by the name of the document."""
    accepted = request.accept_mimetypes
    if request.path.endswith((".json", ".jsonld", "/readyz", "/healthz", "/workz")):
        return not prefers_html()
    if _OF_WALLETS.match(request.path):
        return True
    return max(accepted[kind] for kind in JSON_TYPES) > accepted["text/html"]
