"""A Report as text: JSON with the sentences of its codes, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from badges.readable import shortened
from badges.sentences import LANGUAGES, sentence
from badges.verify.report import Report
from signing.json_text import Json

#: The longest detail of a check that is shown to a person, in characters.
DETAIL_LENGTH = 500


def report_as_json(report: Report) -> Json:
    """The Report as JSON; `says` holds the sentence of each check in every language."""
    return {
        "verdict": report.verdict,
        "one_ed_tech": report.one_ed_tech,
        "checks": [
            asdict(check)
            | {"says": {language: sentence(check.name, check.code, language) for language in LANGUAGES}}
            for check in report.checks
        ],
        "probes": [asdict(probe) for probe in report.probes],
        "credential": report.credential,
    }


def report_as_lines(report: Report, language: str = "en") -> Iterable[str]:
    """The verdict first, then a line for each check: its outcome, name, code and sentence."""
    yield f"{report.verdict}: {_headline(report, language)}"
    for check in report.checks:
        # A detail may quote the file, which may have escape sequences for the terminal.
        detail = f" ({shortened(check.detail, DETAIL_LENGTH)})" if check.detail else ""
        text = sentence(check.name, check.code, language)
        yield f"  {check.outcome:<8} {check.name}: {check.code}: {text}{detail}"


def _headline(report: Report, language: str) -> str:
    """What the verdict says; where no badge was found in the file, what was found instead."""
    first = report.checks[0]
    if report.credential is None and first.outcome in ("failed", "unknown"):
        return sentence(first.name, first.code, language)
    return sentence("verdict", report.verdict, language)
