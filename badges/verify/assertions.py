"""What an assertion of Open Badges 2.0 and 1.x points at: its badge and its issuer, each at an address of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from badges.verify.lookups import Lookups
from badges.verify.report import Finding, unknown
from signing.errors import ProofError
from signing.json_text import Json, read_object


class AssertionTroubleError(Exception):
    """The assertion cannot be checked, or does not hold; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An assertion that holds, and what was found out about it."""

    assertion: Json
    issuer_id: str | None
    proof: Finding
    key_of_issuer: Finding
    status: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issued it. `profile` is what stands at the address that is the issuer's id: nothing that others wrote."""

    id: str | None
    profile: Json


def issuer_of(assertion: Json, outside: Lookups) -> Issuer:
    """The issuer of the badge of an assertion; raises AssertionTroubleError where one of them does not answer."""
    badge = _there_or_fetched(assertion.get("badge"), outside)
    named = badge.get("issuer")
    address = named if isinstance(named, str) else named.get("id") if isinstance(named, dict) else None
    if not isinstance(address, str):
        return Issuer(id=None, profile={})
    try:
        profile = fetched(address, outside)
    except AssertionTroubleError:
        # What the badge says of its issuer is no rule of the issuer's; the host of the id is all that counts then.
        if isinstance(named, dict):
            return Issuer(id=address, profile={})
        raise
    return Issuer(id=address, profile=profile if profile.get("id", address) == address else {})


def _there_or_fetched(value: Any, outside: Lookups) -> Json:
    if isinstance(value, str):
        return fetched(value, outside)
    return value if isinstance(value, dict) else {}


def fetched(address: str, outside: Lookups) -> Json:
    """The JSON at the address; raises AssertionTroubleError."""
    answer = fetched_bytes(address, outside)
    try:
        return read_object(answer.removeprefix(b"\xef\xbb\xbf").decode())
    except (ProofError, ValueError) as error:
        raise AssertionTroubleError(unknown("hosted_unreadable", address)) from error


def fetched_bytes(address: str, outside: Lookups) -> bytes:
    if outside.fetch is None:
        raise AssertionTroubleError(unknown("hosted_not_asked", address))
    try:
        return outside.fetch(address)
    except Exception as error:  # whatever went wrong out there
        detail = f"{address}: {error.__class__.__name__}"
        raise AssertionTroubleError(unknown("hosted_not_reached", detail)) from error


def host(address: str | None) -> str:
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""
