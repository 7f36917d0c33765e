"""Which elements of an EU micro-credential a template states, and in which field the others are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from badges.eu.annex_1 import ELEMENTS, Element
from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1
from badges.quality.evaluation import Verdict, evaluate
from badges.template.model import Template
from lti_tool.web.editor.fields import step_code_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementState:
    """A mandatory element, and whether the template states it.

    Where it does not, `pointer` and `step` are the field to fill in; empty where it belongs to the issuer's settings.
    """

    element: Element
    is_stated: bool
    pointer: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The mandatory elements, and the verdicts of rules that only recommend something."""

    elements: tuple[ElementState, ...]
    advice: tuple[Verdict, ...]

    @property
    def stated_count(self) -> int:
        """How many of the mandatory elements are stated; the learner and the date come with the award."""
        return sum(state.is_stated for state in self.elements)


def completeness_of(template: Template, issuer: IssuerProfile, today: date) -> Completeness:
    """How complete the template is by the rules of Annex I of the Council Recommendation."""
    report = evaluate(ANNEX_1, template, issuer, today)
    # Reversed, so that of several failed rules of an element the first gives the field.
    failed_fields = {
        verdict.rule.code.partition(".")[0]: verdict.field
        for verdict in reversed(report.verdicts)
        if verdict.outcome == "fail"
    }
    return Completeness(
        elements=tuple(
            _element_state(element, failed_fields.get(element.code))
            for element in ELEMENTS
            if element.mandatory
        ),
        advice=tuple(verdict for verdict in report.verdicts if verdict.outcome == "warning"),
    )


def _element_state(element: Element, failed_field: str | None) -> ElementState:
    if failed_field is None:
        return ElementState(element=element, is_stated=True)
    # A field of a template is a JSON pointer; one of the issuer's settings is not.
    if not failed_field.startswith("/"):
        return ElementState(element=element, is_stated=False)
    return ElementState(
        element=element, is_stated=False, pointer=failed_field, step=step_code_of(failed_field, ANNEX_1)
    )
