"""A template file held to quality frameworks from the command line, before it is anywhere near the tool's database."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from badges.errors import BadgeError
from badges.issuer import IssuerProfile, read_issuer
from badges.quality import framework_codes
from badges.quality.evaluation import QualityReport, evaluate
from badges.template.model import read_template, text_in
from lti_tool.errors import NotFoundError
from lti_tool.values import Json

#: Stands where an issuer's address has no part in the answer.
_NOWHERE = "https://localhost"
_UNMET = {
    "en": {"fail": "FAIL", "warning": "warning", "declaration_missing": "statement missing"},
    "lv": {"fail": "NAV IZPILDĪTS", "warning": "brīdinājums", "declaration_missing": "trūkst paskaidrojuma"},
}
_SUMMARY = {
    "en": {True: "passes", False: "does not pass", "field": "field"},
    "lv": {True: "atbilst", False: "neatbilst", "field": "lauks"},
}


def rate(
    file: Path, issuer_file: Path | None, frameworks: Sequence[str], today: date
) -> tuple[QualityReport, ...]:
    """The reports of those frameworks, of all when none is named, on the template in a TOML or JSON file.

    Raises NotFoundError where a file or a framework is none.
    """
    try:
        template = read_template(_read(file), today)
        issuer = (
            read_issuer(_read(issuer_file), _NOWHERE, today)
            if issuer_file
            else IssuerProfile(id=_NOWHERE, slug="", name="")
        )
        return tuple(evaluate(code, template, issuer, today) for code in frameworks or framework_codes())
    except BadgeError as error:
        raise NotFoundError(str(error)) from error


def as_json(reports: Sequence[QualityReport], language: str) -> list[Json]:
    return [
        {
            "framework": report.framework.code,
            "title": text_in(report.framework.title, language),
            "source": report.framework.source,
            "passes": report.passes,
            "rules": [
                {
                    "code": verdict.rule.code,
                    "strength": verdict.rule.strength,
                    "outcome": verdict.outcome,
                    "field": verdict.field or None,
                    "sentence": text_in(verdict.rule.sentence, language),
                }
                for verdict in report.verdicts
            ],
        }
        for report in reports
    ]


def as_lines(reports: Sequence[QualityReport], language: str) -> Iterable[str]:
    """A line a framework, and under it a line for each rule that is not met, with the field to mend."""
    words, outcomes = _SUMMARY[language], _UNMET[language]
    for report in reports:
        title = text_in(report.framework.title, language)
        yield f"{report.framework.code}: {words[report.passes]} ({title})"
        for verdict in report.verdicts:
            if verdict.outcome in outcomes:
                field = f" [{words['field']}: {verdict.field}]" if verdict.field else ""
                sentence = text_in(verdict.rule.sentence, language)
                yield f"  {outcomes[verdict.outcome]}: {verdict.rule.code}: {sentence}{field}"


def _read(file: Path) -> Json:
    try:
        text = file.read_text(encoding="utf-8")
        data = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise NotFoundError(f"{file} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise NotFoundError(f"{file} is no JSON object")
    return data
