"""Tokens that a platform has signed: its key, its name, and when (1EdTech Security Framework 1.0, 5.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jwt

from lti_tool.errors import LaunchError
from lti_tool.platforms.claims import clean, identifier
from lti_tool.values import Json, Registration

#: How far the platform's clock may be from ours.
LEEWAY_SECONDS = 60
MAX_AGE_SECONDS = 600

#: The signature algorithms we accept, each with the kind of key it takes: the choice is never the token's alone.
ALGORITHMS = {"RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC"}

#: The public key of a platform with this id, as a JWK; None where it has none. Raises LaunchError.
FindKey = Callable[[str], Json | None]


def unverified_header(token: Any) -> Mapping[str, Any]:
    """The header of a token that nobody has checked yet. Raises LaunchError `bad_token` where it is no token."""
    try:
        header: Mapping[str, Any] = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise LaunchError("bad_token", "this is not a JWT") from error
    return header


def verified_claims(
    token: str,
    header: Mapping[str, Any],
    registration: Registration,
    find_key: FindKey,
    required: Sequence[str],
) -> Json:
    """The claims of a token whose signature, issuer and audience have been checked, but not its times.

    `header` is the token's own. Raises LaunchError `bad_signature`, `bad_token` or `key_set_unreachable`.
    """
    return claims_of(token, header, find_key, registration.platform_id, registration.client_id, required)


def claims_of(
    token: str,
    header: Mapping[str, Any],
    find_key: FindKey,
    issuer: str,
    audience: str | None,
    required: Sequence[str],
) -> Json:
    """As `verified_claims`, and raises the same. Without an audience the token is for anybody."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise LaunchError("bad_signature", f"the algorithm {clean(str(algorithm))} is not accepted")
    if not isinstance(kid, str) or identifier(kid) is None:
        raise LaunchError("bad_signature", "the token names no key")
    key = find_key(kid)
    if key is None:
        raise LaunchError("bad_signature", f"the platform has no key {kid}")
    if key.get("kty") != ALGORITHMS[algorithm] or key.get("alg", algorithm) != algorithm:
        raise LaunchError("bad_signature", "the key is for another algorithm")
    try:
        return jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=algorithm),
            algorithms=[algorithm],
            audience=audience,
            issuer=issuer,
            options={
                "verify_aud": audience is not None,
                "require": list(required),
                "enforce_minimum_key_length": True,
                # Times are checked in `check_times`, against the clock we are given; a launch may have no `sub`.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.InvalidSignatureError, jwt.InvalidKeyError, jwt.PyJWKError) as error:
        raise LaunchError("bad_signature", str(error)) from error
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise LaunchError("bad_token", str(error)) from error


def check_times(claims: Mapping[str, Any], now: float) -> None:
    """Raises LaunchError `bad_token` for a token that is expired, too old, or from the future. `now`: seconds."""
    issued, expires = seconds(claims, "iat"), seconds(claims, "exp")
    if expires <= now - LEEWAY_SECONDS:
        raise LaunchError("bad_token", "the token has expired")
    if issued > now + LEEWAY_SECONDS:
        raise LaunchError("bad_token", "the token is from the future: compare the clocks")
    if issued < now - MAX_AGE_SECONDS:
        raise LaunchError("bad_token", "the token is too old")
    if "nbf" in claims and seconds(claims, "nbf") > now + LEEWAY_SECONDS:
        raise LaunchError("bad_token", "the token is not valid yet: compare the clocks")


def seconds(claims: Mapping[str, Any], name: str) -> float:
    """The time in a claim, in seconds since 1970. Raises LaunchError `bad_token` where it is none."""
    value: Any = claims.get(name)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    # NaN compares as false, and a very long integer is no float at all.
    if not numeric or not 0 <= value < 1e12:
        raise LaunchError("bad_token", f"the {name} of the token is no time")
    return float(value)
