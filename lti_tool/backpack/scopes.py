"""What a program may ask a learner for: the scopes of the Open Badges 3.0 API, and a refresh token."""

from __future__ import annotations

from collections.abc import Sequence

_BASE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ_BADGES = f"{_BASE}credential.readonly"
BRING_BADGES = f"{_BASE}credential.upsert"
READ_PROFILE = f"{_BASE}profile.readonly"
CHANGE_PROFILE = f"{_BASE}profile.update"
#: With it a program gets a refresh token, and so comes again when its learner is away.
STAY = "offline_access"

SCOPES = (READ_BADGES, BRING_BADGES, READ_PROFILE, CHANGE_PROFILE, STAY)


def known_scopes(words: str) -> Sequence[str]:
    """Those of the scopes that are known, each once and in the order of SCOPES. `words` has spaces between them."""
    named = set(words.split())
    return [scope for scope in SCOPES if scope in named]
