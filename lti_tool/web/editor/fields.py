"""STEPS: the pages of the editor, with a control for every field that `badges.template` declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from badges.details import recognition_heading
from badges.quality import framework, framework_codes
from badges.template import fields as declared
from badges.template.declarations import RECOGNITION
from badges.template.fields import Group, Items, Section, Texts, fields_of
from badges.template.kinds import Control
from badges.template.model import Template
from lti_tool.web.filters import localized_text
from lti_tool.web.translation import Sentence, lazy_text
from lti_tool.web.translation import lazy_gettext as _l


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form; `name` is where it stands in the template's JSON, `control` how the page asks for it.

    `element` is the code of the EU element that it states, `bounds` the limits of a number. A `rare` field is in a
    closed part of the page, which is open only where it has a value or a problem. "lines" are texts, one a line: no
    template has any. `parts` are the fields of a row, and
    `add` the label of the button that adds one.
    """

    name: str
    control: Control | Literal["lines"]
    label: Sentence
    hint: Sentence = ""
    vocabulary: str = ""
    element: str = ""
    bounds: tuple[int, int] | None = None
    parts: tuple[Field, ...] = ()
    add: Sentence = ""
    rare: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The names that lead to it in a template's JSON."""
        return tuple(self.name.split("/"))

    @property
    def pointer(self) -> str:
        """The JSON pointer to it in a template."""
        return f"/{self.name}"

    def contains(self, pointer: str) -> bool:
        """Whether a JSON pointer leads to the field, or into it."""
        return pointer == self.pointer or pointer.startswith(f"{self.pointer}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page of the editor; `lead` is the sentence below its title."""

    code: str
    title: Sentence
    lead: Sentence
    fields: tuple[Field, ...]


def form_field(field: declared.Field, parent: str = "") -> Field:
    """The field of a form for a declared one, which stands below `parent`, such as "quality/"."""
    kind = field.kind
    rows = kind if isinstance(kind, Items) and kind.control == "rows" else None
    return Field(
        name=parent + field.name,
        control=kind.control,
        label=_localized(field.label),
        hint=_localized(field.hint),
        vocabulary=kind.vocabulary,
        element=field.element,
        bounds=kind.bounds,
        parts=tuple(form_field(part) for part in fields_of(rows.of)) if rows else (),
        add=_localized(rows.add) if rows else "",
        rare=field.rare,
    )


def _localized(texts: Texts) -> Sentence:
    """The text in the language of the page, when it is shown; "" where there is none."""
    return lazy_text(lambda: localized_text(texts)) if texts else ""


def _form_fields(section: Section | None) -> tuple[Field, ...]:
    """The fields of a section of a template; without one, those that only quality frameworks ask for."""
    own, grouped = [], []
    for field in fields_of(Template):
        if isinstance(field.kind, Group):
            parts = (part for part in fields_of(field.kind.of) if part.section == section)
            grouped += [form_field(part, f"{field.name}/") for part in parts]
        elif field.section == section:
            own.append(form_field(field))
    return (*own, *grouped)


#: The four steps, in their order: one for each of the sections of a template.
STEPS = (
    Step(
        code="badge",
        title=_l("The badge"),
        lead=_l("What is the badge called, and what is it about?"),
        fields=_form_fields("badge"),
    ),
    Step(
        code="learning",
        title=_l("Learning"),
        lead=_l("What can a learner do afterwards, and how much work is it?"),
        fields=_form_fields("learning"),
    ),
    Step(
        code="assessment",
        title=_l("Assessment and quality"),
        lead=_l("How is the learning assessed, and who assures the quality?"),
        fields=_form_fields("assessment"),
    ),
    Step(
        code="more",
        title=_l("Appearance and more"),
        lead=_l("Everything in this step is optional."),
        fields=_form_fields("more"),
    ),
)

_DECLARATIONS = _form_fields(None)


def declarations_step(code: str) -> Step:
    """What the quality framework `code` asks for beyond the four steps, as a step of its own."""
    quality_framework = framework(code)
    demands = [demand for rule in quality_framework.rules for demand in (rule.demand, rule.when) if demand]
    demanded = {f"quality/{one.field}" for demand in demands for one in (demand, *demand.parts)}
    declarations = tuple(
        Field(
            name=f"quality/declarations/{code}.{rule.code}",
            control="texts_area",
            label=_localized(rule.sentence),
        )
        for rule in quality_framework.rules
        if rule.demand is None
    )
    if "quality/recognition" in demanded:
        # It is one text, whichever framework asks for it.
        declarations += (
            Field(
                name=f"quality/declarations/{RECOGNITION}",
                control="texts_area",
                label=_localized(recognition_heading()),
            ),
        )
    return Step(
        code=code,
        title=_localized(quality_framework.title),
        lead=_l(
            "What this quality framework asks for in addition to the four steps. Leave empty what "
            "does not apply."
        ),
        fields=tuple(field for field in _DECLARATIONS if field.name in demanded) + declarations,
    )


def step_named(code: str) -> Step:
    """One of the four steps, or the declarations of a framework; the first step for any other code."""
    if code in framework_codes():
        return declarations_step(code)
    return next((step for step in STEPS if step.code == code), STEPS[0])


def step_code_of(pointer: str, framework_code: str) -> str:
    """The code of the step that has the field at a pointer, else `framework_code`, whose own step has it then."""
    for step in STEPS:
        if any(field.contains(pointer) for field in step.fields):
            return step.code
    return framework_code


def all_fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields and the parts of their rows."""
    for field in fields:
        yield field
        yield from all_fields(field.parts)


def field_labels(names: Iterable[str]) -> list[Sentence]:
    """The labels of the members of a template's JSON on the pages."""
    known = {field.path[0]: field.label for step in STEPS for field in step.fields}
    known |= {"picture": _l("Picture"), "quality": _l("Quality information")}
    return [known.get(name, name) for name in names]
