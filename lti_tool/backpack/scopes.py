"""What a program may ask a learner for: the scopes of the Open Badges 3.0 API and of 2.1, and a refresh token."""

from __future__ import annotations

from collections.abc import Sequence

_BASE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ_BADGES = f"{_BASE}credential.readonly"
BRING_BADGES = f"{_BASE}credential.upsert"
READ_PROFILE = f"{_BASE}profile.readonly"
CHANGE_PROFILE = f"{_BASE}profile.update"

_BASE_2 = "https://purl.imsglobal.org/spec/ob/v2p1/scope/"
READ_ASSERTIONS = f"{_BASE_2}assertion.readonly"
BRING_ASSERTIONS = f"{_BASE_2}assertion.create"
READ_PROFILE_2 = f"{_BASE_2}profile.readonly"

#: With it a program gets a refresh token, and so comes again when its learner is away.
STAY = "offline_access"

#: Those of Badge Connect (Open Badges 2.1).
BADGE_CONNECT = (READ_ASSERTIONS, BRING_ASSERTIONS, READ_PROFILE_2)
SCOPES = (READ_BADGES, BRING_BADGES, READ_PROFILE, CHANGE_PROFILE, *BADGE_CONNECT, STAY)


def known_scopes(words: str) -> Sequence[str]:
    """Those of the scopes that are known, each once and in the order of SCOPES. `words` has spaces between them."""
    named = set(words.split())
    return [scope for scope in SCOPES if scope in named]


def is_of_badge_connect(scopes: Sequence[str]) -> bool:
    """Whether one of them is of Open Badges 2.1."""
    return any(scope in BADGE_CONNECT for scope in scopes)


def to_allow(asked: Sequence[str]) -> Sequence[str]:
    """The scopes that a learner is asked for: those that a program asks for, with STAY in Open Badges 2.1.

    There a program is given a refresh token in any case, and Moodle cannot store a token that comes without one. So the
    learner is told of it in any case too.
    """
    return [*asked, STAY] if is_of_badge_connect(asked) and STAY not in asked else list(asked)
