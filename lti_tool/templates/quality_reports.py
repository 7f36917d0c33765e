"""Quality reports on template files, for the command line; no database is needed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from badges.errors import BadgeError
from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1, Light, framework_codes
from badges.quality.evaluation import QualityReport, evaluate
from badges.template.model import read_template, text_in
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer_file import read_profile
from lti_tool.values import Json

#: The URL of the tool, where the issuer's id does not matter.
_ANY_URL = "https://localhost"
#: Outcomes of which there is a line.
_OUTCOMES = {
    "en": {
        "fail": "FAIL",
        "warning": "warning",
        "declaration_missing": "statement missing",
        "declared": "declared by the issuer",
    },
    "lv": {
        "fail": "NAV IZPILDĪTS",
        "warning": "brīdinājums",
        "declaration_missing": "trūkst paskaidrojuma",
        "declared": "izdevējs deklarē",
    },
}
_LIGHTS = {
    "en": {"met": "met", "partly": "partly", "not": "not", "not_regulated": "not regulated"},
    "lv": {"met": "ir", "partly": "daļēji", "not": "nav", "not_regulated": "nav regulēts"},
}
_SUMMARY = {
    "en": {True: "passes", False: "does not pass", "field": "field"},
    "lv": {True: "atbilst", False: "neatbilst", "field": "lauks"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """The reports on the template in a file; `chosen` are the codes of those that were asked for.

    That is by name, else by the institution: the elements of Annex I, and what its settings demand.
    """

    reports: tuple[QualityReport, ...]
    chosen: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether no rule of a chosen framework fails."""
        return all(report.passes for report in self.reports if report.framework.code in self.chosen)


def evaluate_file(
    file: Path, issuer_file: Path | None, frameworks: Sequence[str], now: datetime
) -> FileReport:
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
        codes = frameworks or framework_codes()
        return FileReport(
            reports=tuple(evaluate(code, template, issuer, today) for code in codes),
            chosen=tuple(frameworks or (ANNEX_1, *issuer.demands)),
        )
    except BadgeError as error:
        raise NotFoundError(str(error)) from error


def as_json(found: FileReport, language: str) -> list[Json]:
    """The reports as JSON, with the sentences in `language`."""
    return [
        {
            "framework": report.framework.code,
            "title": text_in(report.framework.title, language),
            "source": report.framework.source,
            "chosen": report.framework.code in found.chosen,
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
            "elements": [
                {
                    "element": element,
                    "unit_kind": kind,
                    "light": light.code,
                    "regulation": text_in(light.regulation, language),
                    "sentence": text_in(light.sentence, language),
                }
                for element, kind, light in _lights(report)
            ],
        }
        for report in found.reports
    ]


def as_lines(found: FileReport, language: str) -> Iterable[str]:
    """A line for each framework; below a chosen one a line for each rule that is not met, with the field to correct.

    Where the framework says what regulations have of the elements, a line for each of these follows.
    """
    for report in found.reports:
        title = text_in(report.framework.title, language)
        yield f"{report.framework.code}: {_SUMMARY[language][report.passes]} ({title})"
        if report.framework.code in found.chosen:
            yield from _rule_lines(report, language)
            yield from _light_lines(report, language)


def _rule_lines(report: QualityReport, language: str) -> Iterator[str]:
    outcomes = _OUTCOMES[language]
    for verdict in report.verdicts:
        if verdict.outcome in outcomes:
            field = f" [{_SUMMARY[language]['field']}: {verdict.field}]" if verdict.field else ""
            sentence = text_in(verdict.rule.sentence, language)
            yield f"  {outcomes[verdict.outcome]}: {verdict.rule.code}: {sentence}{field}"


def _light_lines(report: QualityReport, language: str) -> Iterator[str]:
    for element, kind, light in _lights(report):
        said = f"{text_in(light.regulation, language)}: {text_in(light.sentence, language)}"
        yield f"  {_LIGHTS[language][light.code]}: {element} ({kind}), {said}"


def _lights(report: QualityReport) -> Iterator[tuple[str, str, Light]]:
    """Each light with its element and kind of unit."""
    for each in report.framework.lights:
        for kind, light in each.by_unit_kind.items():
            yield each.element, kind, light


def _read(file: Path) -> Json:
    try:
        text = file.read_text(encoding="utf-8")
        data = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise NotFoundError(f"{file} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise NotFoundError(f"{file} is no JSON object")
    return data
