"""How much of an EU micro-credential a template is by now: which elements are there, and where others are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from badges.eu.elements import ELEMENTS, Element
from badges.issuer import IssuerProfile
from badges.quality.evaluation import Verdict, evaluate
from badges.template.model import Template
from lti_tool.web.editor.fields import home_of

ANNEX_1 = "eu_annex_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A mandatory element; where it is missing, what to mend: a place in a step, or none where the issuer has to."""

    element: Element
    there: bool
    pointer: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    lines: tuple[Line, ...]
    advice: tuple[Verdict, ...]

    @property
    def number(self) -> int:
        """How many of the mandatory elements are there; the learner and the date come with the award."""
        return sum(line.there for line in self.lines)


def completeness(template: Template, issuer: IssuerProfile, today: date) -> Completeness:
    report = evaluate(ANNEX_1, template, issuer, today)
    open_ = {
        verdict.rule.code.partition(".")[0]: verdict.field
        for verdict in reversed(report.verdicts)
        if verdict.outcome == "fail"
    }
    lines = tuple(_line(element, open_.get(element.code)) for element in ELEMENTS if element.mandatory)
    return Completeness(
        lines=lines, advice=tuple(verdict for verdict in report.verdicts if verdict.outcome == "warning")
    )


def _line(element: Element, field: str | None) -> Line:
    if field is None:
        return Line(element=element, there=True)
    if not field.startswith("/"):
        return Line(element=element, there=False)
    return Line(element=element, there=False, pointer=field, step=home_of(field, ANNEX_1))
