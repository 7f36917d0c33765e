"""The documents that an assertion of Open Badges 2.0 or 1.x refers to: its badge class and its issuer's profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from badges.errors import BudgetSpentError
from badges.verify.lookups import Lookups
from badges.verify.report import LIMIT_REACHED, Finding, unknown
from signing.errors import ProofError
from signing.json_text import Json, read_object


class AssertionNotVerifiedError(Exception):
    """The assertion cannot be checked, or does not hold; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAssertion:
    """An assertion that its host serves or its key signed, with the findings on its issuer and status."""

    assertion: Json
    issuer_id: str | None
    proof: Finding
    key_of_issuer: Finding
    status: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The issuer of an assertion. `profile` is what the address that is its id serves, never what the badge embeds."""

    id: str | None
    profile: Json


def fetch_issuer(assertion: Json, lookups: Lookups) -> Issuer:
    """The issuer of the assertion's badge class.

    Raises AssertionNotVerifiedError where the badge class or the issuer cannot be fetched.
    """
    badge_class = _embedded_or_fetched(assertion.get("badge"), lookups)
    issuer = badge_class.get("issuer")
    address = issuer if isinstance(issuer, str) else issuer.get("id") if isinstance(issuer, dict) else None
    if not isinstance(address, str):
        return Issuer(id=None, profile={})
    try:
        profile = fetch_json(address, lookups)
    except AssertionNotVerifiedError as error:
        # A profile embedded in the badge was written by the author of the badge, so its rules do not count. What is
        # left is the host of the id.
        if isinstance(issuer, dict) and error.finding.code != LIMIT_REACHED:
            return Issuer(id=address, profile={})
        raise
    return Issuer(id=address, profile=profile if profile.get("id", address) == address else {})


def _embedded_or_fetched(value: Any, lookups: Lookups) -> Json:
    if isinstance(value, str):
        return fetch_json(value, lookups)
    return value if isinstance(value, dict) else {}


def fetch_json(address: str, lookups: Lookups) -> Json:
    """The JSON object at the address. Raises AssertionNotVerifiedError where none can be fetched."""
    body = fetch_bytes(address, lookups)
    try:
        return read_object(body.removeprefix(b"\xef\xbb\xbf").decode())
    except (ProofError, ValueError) as error:
        raise AssertionNotVerifiedError(unknown("hosted_unreadable", address)) from error


def fetch_bytes(address: str, lookups: Lookups) -> bytes:
    """What the address serves. Raises AssertionNotVerifiedError where it does not answer or may not be asked."""
    if lookups.fetch is None:
        raise AssertionNotVerifiedError(unknown("hosted_not_asked", address))
    try:
        return lookups.fetch(address)
    except BudgetSpentError as error:
        raise AssertionNotVerifiedError(unknown(LIMIT_REACHED, address)) from error
    except Exception as error:  # `fetch` may raise anything, and every reason means: not reached
        detail = f"{address}: {error.__class__.__name__}"
        raise AssertionNotVerifiedError(unknown("hosted_not_reached", detail)) from error


def host_of(address: str | None) -> str:
    """The host name in a URL; empty where there is none."""
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""
