"""What a template still lacks: elements of an EU micro-credential, words that mean something, and in which field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from badges.artwork import undrawn
from badges.eu.annex_1 import ELEMENTS, Element
from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1
from badges.quality.evaluation import Verdict, evaluate
from badges.template.model import Template
from badges.template.wording import other_percentages, unready
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.seen_facts import seen_facts
from lti_tool.templates.versions import stopped
from lti_tool.web.editor.fields import step_code_of
from lti_tool.web.editor.missing import fields_at


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
class Gap:
    """A field that is not ready to be published: where it stands, in which step, and the code of what is wrong."""

    pointer: str
    step: str
    code: str

    @property
    def field(self) -> str:
        """The name of the field in a template."""
        return self.pointer.split("/")[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The mandatory elements, the fields not ready to be published, and the verdicts of rules that only recommend.

    `missing` are the names of the fields without which the template cannot be published: those that a rule of a
    required quality framework misses, and those of the gaps.
    `percentages` are those in free text that are not the minimum result, as `badges.template.wording` finds them;
    `undrawn` are characters that picture or certificate leave out, as `badges.artwork` finds them.
    """

    elements: tuple[ElementState, ...]
    gaps: tuple[Gap, ...]
    missing: tuple[str, ...]
    percentages: tuple[tuple[str, str], ...]
    undrawn: tuple[tuple[str, str], ...]
    advice: tuple[Verdict, ...]

    @property
    def stated_count(self) -> int:
        """How many of the mandatory elements are stated; the learner and the date come with the award."""
        return sum(state.is_stated for state in self.elements)


def completeness_of(
    row: TemplateVersion, template: Template, issuer: IssuerProfile, today: date
) -> Completeness:
    """How complete the template of the row is by the rules of Annex I of the Council Recommendation."""
    seen = seen_facts(row, template, issuer, today)
    report, *others = (evaluate(code, template, issuer, today, seen) for code in (ANNEX_1, *issuer.demands))
    # Reversed, so that of several failed rules of an element the first gives the field.
    failed_fields = {
        verdict.rule.code.partition(".")[0]: verdict.field
        for verdict in reversed(report.verdicts)
        if verdict.outcome == "fail"
    }
    gaps = tuple(
        Gap(pointer=pointer, step=step_code_of(pointer, ANNEX_1), code=code)
        for pointer, code in (*unready(template, today), *stopped(row, issuer, today))
    )
    missed = [
        verdict.field for each in (report, *others) for verdict in each.verdicts if verdict.outcome == "fail"
    ]
    return Completeness(
        elements=tuple(
            _element_state(element, failed_fields.get(element.code))
            for element in ELEMENTS
            if element.mandatory
        ),
        gaps=gaps,
        missing=tuple(fields_at([*missed, *(gap.pointer for gap in gaps)], issuer)),
        percentages=tuple(other_percentages(template)),
        undrawn=tuple(undrawn(template, issuer)),
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
