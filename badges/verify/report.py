"""What a verification says: a Report of Checks, each with an outcome and a stable code.

The sentences that the codes stand for are in badges.sentences, under the name of the check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from signing.json_text import Json

Outcome = Literal["passed", "failed", "warning", "unknown"]
Verdict = Literal[
    "verified",
    "revoked",
    "suspended",
    "expired",
    "not_yet_valid",
    "changed",
    "wrong_issuer",
    "wrong_recipient",
    "unverifiable",
    "unusable",
]
#: In the words of the 1EdTech validator; `unknown` where it would have asked somebody whom we could not ask.
OneEdTech = Literal["valid", "warning", "error", "fatal", "exception", "unknown", "not_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something found out, or why it was not: an outcome with its code. `detail` is for the curious."""

    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found. `code` is stable and names the sentence a page shows; `detail` is for the curious."""

    name: str
    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one probe of the 1EdTech validator would say."""

    name: str
    outcome: OneEdTech


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks in their order, the credential as far as it could be read, and one word for it all.

    `verdict` is ours, `one_ed_tech` that of the 1EdTech validator, with its probes: it believes more, and it fails
    what we only mention.
    """

    checks: tuple[Check, ...]
    credential: Json | None
    verdict: Verdict
    one_ed_tech: OneEdTech = "not_run"
    probes: tuple[Probe, ...] = ()


def passed(code: str, detail: str = "") -> Finding:
    return Finding(outcome="passed", code=code, detail=detail[:300])


def failed(code: str, detail: str = "") -> Finding:
    return Finding(outcome="failed", code=code, detail=detail[:300])


def warning(code: str, detail: str = "") -> Finding:
    return Finding(outcome="warning", code=code, detail=detail[:300])


def unknown(code: str, detail: str = "") -> Finding:
    return Finding(outcome="unknown", code=code, detail=detail[:300])


NOT_CHECKED = unknown("not_checked")

_ORDER: tuple[Outcome, ...] = ("failed", "unknown", "warning", "passed")


def worst(findings: list[Finding]) -> Finding:
    """The first of the worst; there must be one."""
    return min(findings, key=lambda finding: _ORDER.index(finding.outcome))


def named(name: str, finding: Finding) -> Check:
    return Check(name=name, outcome=finding.outcome, code=finding.code, detail=finding.detail)
