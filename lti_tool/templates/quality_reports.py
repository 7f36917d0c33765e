"""Quality reports on template files, for the command line; no database is needed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from badges.errors import BadgeError
from badges.issuer import IssuerProfile
from badges.quality import framework_codes
from badges.quality.evaluation import QualityReport, evaluate
from badges.template.model import read_template, text_in
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer_file import read_profile
from lti_tool.values import Json

#: The URL of the tool, where the issuer's id does not matter.
_ANY_URL = "https://localhost"
_UNMET = {
    "en": {"fail": "FAIL", "warning": "warning", "declaration_missing": "statement missing"},
    "lv": {"fail": "NAV IZPILDĪTS", "warning": "brīdinājums", "declaration_missing": "trūkst paskaidrojuma"},
}
_SUMMARY = {
    "en": {True: "passes", False: "does not pass", "field": "field"},
    "lv": {True: "atbilst", False: "neatbilst", "field": "lauks"},
}


def evaluate_file(
    file: Path, issuer_file: Path | None, frameworks: Sequence[str], now: datetime
) -> tuple[QualityReport, ...]:
    """The reports of the frameworks on the template in a TOML or JSON file; of all frameworks where none is named.

    It is the issuer's day at `now`. Raises NotFoundError where a file cannot be read as a template or an issuer, or
    there is no such framework, NotAllowedError where the issuer's table `awarding` cannot be used.
    """
    try:
        issuer = (
            read_profile(_read(issuer_file), _ANY_URL, now)[0]
            if issuer_file
            else IssuerProfile(id=_ANY_URL, slug="", name="")
        )
        today = issuer.day_of(now)
        template = read_template(_read(file), today)
        return tuple(evaluate(code, template, issuer, today) for code in frameworks or framework_codes())
    except BadgeError as error:
        raise NotFoundError(str(error)) from error


def as_json(reports: Sequence[QualityReport], language: str) -> list[Json]:
    """The reports as JSON, with the sentences in `language`."""
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
    """A line for each framework, and below it a line for each rule that is not met, with the field to correct."""
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
