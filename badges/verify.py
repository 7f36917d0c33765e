"""verify: is this badge unchanged, from whom, still valid? A Report for any bytes at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from signing.keys import KeyFinder

Json = dict[str, Any]
Outcome = Literal["passed", "failed", "warning", "unknown"]
Verdict = Literal[
    "verified", "revoked", "expired", "not_yet_valid", "changed", "wrong_issuer", "unverifiable", "unusable"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found. `code` is stable and names the sentence a page shows; `detail` is for the curious."""

    name: str
    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks in their order, the credential as far as it could be read, and one word for it all."""

    checks: tuple[Check, ...]
    credential: Json | None
    verdict: Verdict


def verify(file: bytes, find_key: KeyFinder, find_status: Callable[[str], bytes], now: datetime) -> Report:
    """The Report on a file: a baked PNG, a JSON credential or a compact JWS. Never raises, whatever the bytes."""
    raise NotImplementedError
