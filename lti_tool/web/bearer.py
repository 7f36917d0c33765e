"""Who shows a secret of the settings, as `Authorization: Bearer ...` (RFC 6750)."""

from __future__ import annotations

import hmac

from flask import request


def shows(secret: str) -> bool:
    """Whether the request has that secret; never where it is empty. It is compared in a time that tells nothing."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_same = hmac.compare_digest(given.strip().encode(), secret.encode())
    return bool(secret) and scheme.lower() == "bearer" and is_same
