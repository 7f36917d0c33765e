"""Report: what a verification found, as Checks that each have an outcome and a stable code.

The sentences of the codes are in badges.sentences, under the name of the check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from signing.json_text import Json
from signing.secured import SecuredCredential

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
    "unsigned",
    "unverifiable",
    "unusable",
]
#: The outcomes of the 1EdTech validator, and `unknown` where it would make a request that we do not make.
OneEdTech = Literal["valid", "warning", "error", "fatal", "exception", "unknown", "not_run"]

#: `detail` repeats text of the badge, whose length its author decides.
_MAX_DETAIL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An outcome with the code of its reason. `detail` is for experts: an address, a name, an error."""

    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The Finding of one check. `code` is stable and names the sentence that a page shows; `detail` is for experts."""

    name: str
    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The outcome that one probe of the 1EdTech validator would have."""

    name: str
    outcome: OneEdTech


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks in their order, the credential as far as it could be read, and the verdict.

    `secured` is the text that was verified, as it stood in the file, where it is one with a proof or a claim of one.
    `shown` is the credential as pages show it: one of Open Badges 2.0 or older in the terms of 3.0, with its issuer.
    `verdict` is ours; `one_ed_tech` is the outcome of the 1EdTech validator, with its probes. They may differ: that
    validator trusts keys that we do not trust, and reports as an error some things that are a warning here.
    """

    checks: tuple[Check, ...]
    credential: Json | None
    verdict: Verdict
    one_ed_tech: OneEdTech = "not_run"
    probes: tuple[Probe, ...] = ()
    in_open_badges_3: Json | None = None
    secured: SecuredCredential | None = None

    @property
    def shown(self) -> Json | None:
        return self.credential if self.in_open_badges_3 is None else self.in_open_badges_3


def passed(code: str, detail: str = "") -> Finding:
    return Finding(outcome="passed", code=code, detail=detail[:_MAX_DETAIL])


def failed(code: str, detail: str = "") -> Finding:
    return Finding(outcome="failed", code=code, detail=detail[:_MAX_DETAIL])


def warning(code: str, detail: str = "") -> Finding:
    return Finding(outcome="warning", code=code, detail=detail[:_MAX_DETAIL])


def unknown(code: str, detail: str = "") -> Finding:
    return Finding(outcome="unknown", code=code, detail=detail[:_MAX_DETAIL])


NOT_CHECKED = unknown("not_checked")
#: The code of what was not found out because the budget of the verification was spent; always `unknown`.
LIMIT_REACHED = "limit_reached"

_WORST_FIRST: tuple[Outcome, ...] = ("failed", "unknown", "warning", "passed")


def worst(findings: list[Finding]) -> Finding:
    """The worst finding; of several equally bad ones that which tells of the limit, else the first.

    Raises ValueError for an empty list.
    """
    return min(
        findings,
        key=lambda finding: (_WORST_FIRST.index(finding.outcome), finding.code != LIMIT_REACHED),
    )


def as_check(name: str, finding: Finding) -> Check:
    return Check(name=name, outcome=finding.outcome, code=finding.code, detail=finding.detail)
