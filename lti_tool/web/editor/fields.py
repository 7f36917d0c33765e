"""STEPS: the table of everything that can be written in a template, in which step and by which control.

A new field of a template is one line here. `name` is where it stands in the template's JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from badges.quality import framework, framework_codes
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

#: line: one text; texts_line, texts_area: one in every language of the template. number, day, address: as people
#: write them. radios, select, search: one code of a vocabulary; checkboxes: several. rows: any number of objects made
#: of `parts`. level, yes_no, skills: an EQF level, yes or no, ESCO skills.
Kind = Literal[
    "line",
    "texts_line",
    "texts_area",
    "number",
    "day",
    "address",
    "radios",
    "select",
    "search",
    "checkboxes",
    "level",
    "yes_no",
    "skills",
    "rows",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `element` is the code of the EU element that it states, `bounds` the limits of a number.

    A `rare` field is in a closed part of the page, which is open only where it has a value or a problem. `add` is the
    label of the button that adds a row.
    """

    name: str
    kind: Kind
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page of the editor; `lead` is the sentence below its title."""

    code: str
    title: Sentence
    lead: Sentence
    fields: tuple[Field, ...]


_BADGE = Step(
    code="badge",
    title=_l("The badge"),
    lead=_l("What is the badge called, and what is it about?"),
    fields=(
        Field(
            name="name",
            kind="texts_line",
            element="title",
            label=_l("Title"),
            hint=_l("The name of the micro-credential, as shown on the badge. Keep it short."),
        ),
        Field(
            name="description",
            kind="texts_area",
            label=_l("Description"),
            hint=_l(
                "Two or three sentences for a reader who does not know your course, such as an employer."
            ),
        ),
        Field(
            name="in_language",
            kind="select",
            vocabulary="languages",
            label=_l("Main language"),
            hint=_l("Learners whose own language is missing in the template get the badge in this one."),
        ),
    ),
)

_LEARNING = Step(
    code="learning",
    title=_l("Learning"),
    lead=_l("What can a learner do afterwards, and how much work is it?"),
    fields=(
        Field(
            name="learning_outcomes",
            kind="rows",
            element="learning_outcomes",
            label=_l("Learning outcomes"),
            hint=_l(
                "What a learner knows, understands or can do afterwards. Begin each with a verb: “Assesses …”."
            ),
            add=_l("Add another outcome"),
            parts=(
                Field(name="text", kind="texts_area", label=_l("The learner …")),
                Field(
                    name="esco",
                    kind="skills",
                    vocabulary="esco",
                    label=_l("Skills that employers look for"),
                    hint=_l(
                        "From ESCO, the EU's list of skills, which employers and job portals across the EU use."
                    ),
                ),
            ),
        ),
        Field(
            name="workload_hours",
            kind="number",
            element="notional_workload",
            bounds=(0, 10_000),
            label=_l("Workload in hours"),
            hint=_l("The total time a typical learner needs: lessons, reading, exercises and assessment."),
        ),
        Field(
            name="credits",
            kind="number",
            element="notional_workload",
            bounds=(0, 400),
            label=_l("ECTS credits"),
            hint=_l(
                "Mostly for higher education: one credit is 25 to 30 hours. Leave empty if you award no "
                "credits."
            ),
        ),
        Field(
            name="level",
            kind="level",
            element="level",
            label=_l("Level"),
            hint=_l(
                "How demanding the learning is, from 1 to 8 on the European Qualifications Framework "
                "(EQF). If it has no set level, choose “No level applies”."
            ),
        ),
        Field(
            name="lki_level",
            kind="number",
            element="level",
            bounds=(1, 8),
            label=_l("Level in Latvia (LKI)"),
            hint=_l(
                "The level in the Latvian Qualifications Framework, 1 to 8. It has the same number as "
                "the EQF level."
            ),
            rare=True,
        ),
        Field(
            name="national_level",
            kind="search",
            vocabulary="national_levels",
            element="level",
            label=_l("Level in another country"),
            hint=_l("The level in the national qualifications framework of another country, if it has one."),
            rare=True,
        ),
        Field(
            name="learning_setting",
            kind="radios",
            vocabulary="learning_settings",
            label=_l("Formal or non-formal learning"),
            hint=_l(
                "Formal learning is part of a programme that the state recognises, such as a study programme."
            ),
            rare=True,
        ),
        Field(
            name="quality/unit_kind",
            kind="select",
            vocabulary="unit_kinds",
            label=_l("Type of unit in Latvian education"),
            hint=_l("The type of unit in the regulations of the Cabinet of Ministers of Latvia."),
            rare=True,
        ),
        Field(
            name="quality/decision_reference",
            kind="line",
            element="level",
            label=_l("Decision that recognised the level"),
            hint=_l(
                "In Latvia, non-formal learning has a level only if a decision recognises it (Cabinet "
                "Regulation No. 505). Enter the number and date of the decision."
            ),
            rare=True,
        ),
        Field(
            name="cycle",
            kind="select",
            vocabulary="cycles",
            element="level",
            label=_l("Cycle of higher education"),
            hint=_l("Only for higher education: the cycle in the European Higher Education Area."),
            rare=True,
        ),
        Field(
            name="isced_f",
            kind="search",
            vocabulary="isced_f",
            label=_l("Field of study"),
            hint=_l("From ISCED-F, UNESCO's list of fields of study. Course catalogues sort by it."),
            rare=True,
        ),
        Field(
            name="prerequisites",
            kind="texts_area",
            element="prerequisites",
            label=_l("Entry requirements"),
            hint=_l("Knowledge or preparation needed before the course. If none is needed, write “None”."),
            rare=True,
        ),
    ),
)

_ASSESSMENT = Step(
    code="assessment",
    title=_l("Assessment and quality"),
    lead=_l("How is the learning assessed, and who assures the quality?"),
    fields=(
        Field(
            name="criteria",
            kind="texts_area",
            label=_l("What learners have to do to get the badge"),
            hint=_l("The exact requirement, such as “a test with at least 70 %”. Anyone can read it."),
        ),
        Field(
            name="assessments",
            kind="rows",
            element="type_of_assessment",
            label=_l("Types of assessment"),
            hint=_l("How the learning outcomes are assessed. Attendance alone is not an assessment."),
            add=_l("Add another assessment"),
            parts=(
                Field(name="type", kind="select", vocabulary="assessment_types", label=_l("Type")),
                Field(
                    name="supervision",
                    kind="select",
                    vocabulary="supervision",
                    element="supervision",
                    label=_l("Supervision and identity"),
                    hint=_l("Whether the assessment is supervised and the learner's identity is checked."),
                ),
                Field(name="title", kind="texts_line", label=_l("Name of the assessment"), rare=True),
                Field(
                    name="mode",
                    kind="select",
                    vocabulary="modes_of_participation",
                    label=_l("Where it takes place"),
                    rare=True,
                ),
                Field(name="summative", kind="yes_no", label=_l("The badge depends on it"), rare=True),
            ),
        ),
        Field(
            name="forms_of_participation",
            kind="checkboxes",
            vocabulary="modes_of_participation",
            element="form_of_participation",
            label=_l("Form of participation"),
            hint=_l("How learners take part in the course: on site, online, both, or at work."),
        ),
        Field(
            name="types_of_quality_assurance",
            kind="rows",
            element="type_of_quality_assurance",
            label=_l("Quality assurance"),
            hint=_l("Who assures the quality of the course: your institution, an agency or the state."),
            add=_l("Add another type of quality assurance"),
            parts=(
                Field(name="code", kind="select", vocabulary="quality_assurance", label=_l("Type")),
                Field(name="agency", kind="texts_line", label=_l("Who assures the quality")),
                Field(name="country", kind="search", vocabulary="countries", label=_l("Country"), rare=True),
                Field(
                    name="register",
                    kind="select",
                    vocabulary="registers",
                    label=_l("Public register"),
                    hint=_l(
                        "Where the accreditation is listed, such as DEQAR for higher education in Europe."
                    ),
                    rare=True,
                ),
                Field(name="reference", kind="line", label=_l("Number in the register"), rare=True),
                Field(
                    name="url",
                    kind="address",
                    label=_l("Web address of the report or the register entry"),
                    rare=True,
                ),
                Field(name="valid_from", kind="day", label=_l("Valid from"), rare=True),
                Field(name="valid_until", kind="day", label=_l("Valid until"), rare=True),
            ),
        ),
    ),
)

_MORE = Step(
    code="more",
    title=_l("Appearance and more"),
    lead=_l("Everything in this step is optional."),
    fields=(
        Field(
            name="colours",
            kind="select",
            vocabulary="colours",
            label=_l("Colours"),
            hint=_l("The picture is made from the title and the level, in these colours."),
        ),
        Field(
            name="further_information",
            kind="texts_area",
            element="further_information",
            label=_l("Further information"),
            hint=_l("Anything else that a reader of the badge should know."),
        ),
        Field(
            name="stackability",
            kind="radios",
            vocabulary="stackability",
            element="stackability",
            label=_l("Stackability"),
            hint=_l("Whether the micro-credential can count towards a larger one, such as a diploma."),
        ),
        Field(
            name="part_of",
            kind="rows",
            label=_l("Counts towards"),
            hint=_l("The larger credentials that this one counts towards."),
            add=_l("Add another"),
            rare=True,
            parts=(
                Field(name="name", kind="texts_line", label=_l("Name")),
                Field(name="url", kind="address", label=_l("Web page about it")),
            ),
        ),
        Field(
            name="awarding_bodies",
            kind="rows",
            element="awarding_body",
            label=_l("Awarded together with"),
            hint=_l("Other institutions that award the micro-credential together with yours."),
            add=_l("Add another institution"),
            rare=True,
            parts=(
                Field(name="legal_name", kind="texts_line", label=_l("Legal name")),
                Field(name="country", kind="search", vocabulary="countries", label=_l("Country")),
                Field(name="region", kind="line", label=_l("Region")),
                Field(name="locality", kind="line", label=_l("Place")),
                Field(name="url", kind="address", label=_l("Web address")),
                Field(name="registration", kind="line", label=_l("Registration number")),
                Field(
                    name="eidas_identifier",
                    kind="line",
                    label=_l("eIDAS identifier (electronic seal)"),
                    hint=_l("As in the electronic seal, such as VATLV-40000000000."),
                ),
            ),
        ),
        Field(
            name="owner",
            kind="line",
            label=_l("Owner"),
            hint=_l("A department or a position in your institution. Not shown on the badge."),
            rare=True,
        ),
        Field(
            name="review_date",
            kind="day",
            label=_l("Review date"),
            hint=_l("When somebody should check that the template is still correct. Not shown on the badge."),
            rare=True,
        ),
        Field(
            name="change_log",
            kind="rows",
            label=_l("Change log"),
            hint=_l("Notes for your own institution. Not shown on the badge."),
            add=_l("Add another note"),
            rare=True,
            parts=(
                Field(name="day", kind="day", label=_l("Date")),
                Field(name="text", kind="line", label=_l("What changed")),
                Field(name="by", kind="line", label=_l("Changed by")),
            ),
        ),
    ),
)

#: The four steps, in their order.
STEPS = (_BADGE, _LEARNING, _ASSESSMENT, _MORE)

#: What only quality frameworks ask for.
_DECLARATIONS = (
    Field(
        name="quality/provider", kind="select", vocabulary="provider_kinds", label=_l("Type of institution")
    ),
    Field(name="quality/accredited", kind="yes_no", label=_l("The institution is accredited")),
    Field(name="quality/programme_code", kind="line", label=_l("Programme code")),
    Field(name="quality/licence", kind="line", label=_l("Programme licence")),
    Field(name="quality/transcript", kind="yes_no", label=_l("Learners get a transcript")),
    Field(name="quality/orientation", kind="select", vocabulary="orientations", label=_l("Orientation")),
    Field(name="quality/target_group", kind="texts_area", label=_l("Target group")),
    Field(name="quality/purpose", kind="texts_area", label=_l("Purpose")),
    Field(name="quality/need", kind="texts_area", label=_l("The need it meets")),
    Field(
        name="quality/need_evidence_url", kind="address", label=_l("Web address with evidence of the need")
    ),
    Field(
        name="quality/overlap_checked", kind="yes_no", label=_l("Checked that no similar course exists yet")
    ),
    Field(name="quality/prior_learning", kind="yes_no", label=_l("Prior learning is recognised")),
    Field(
        name="quality/internal_quality_url",
        kind="address",
        label=_l("Page about your internal quality assurance"),
    ),
    Field(name="quality/learner_feedback", kind="yes_no", label=_l("Learners are asked for feedback")),
    Field(
        name="quality/review_months",
        kind="number",
        bounds=(1, 1200),
        label=_l("Months between reviews"),
    ),
    Field(name="quality/in_catalogue", kind="yes_no", label=_l("Listed in a public catalogue")),
    Field(name="quality/guidance_url", kind="address", label=_l("Page with guidance for learners")),
    Field(name="quality/cost", kind="texts_line", label=_l("Cost for the learner")),
    Field(name="quality/accessibility_url", kind="address", label=_l("Page about accessibility")),
    Field(name="quality/privacy_notice_url", kind="address", label=_l("Page about privacy")),
    Field(
        name="quality/retention_months",
        kind="number",
        bounds=(1, 1200),
        label=_l("Months for which records are kept"),
    ),
)


def declarations_step(code: str) -> Step:
    """What the quality framework `code` asks for beyond the four steps, as a step of its own."""
    quality_framework = framework(code)
    demands = [demand for rule in quality_framework.rules for demand in (rule.demand, rule.when) if demand]
    demanded = {f"quality/{one.field}" for demand in demands for one in (demand, *demand.parts)}
    declarations = tuple(
        Field(name=f"quality/declarations/{code}.{rule.code}", kind="texts_area", label=rule.sentence)
        for rule in quality_framework.rules
        if rule.demand is None
    )
    return Step(
        code=code,
        title=quality_framework.title,
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
        if any(pointer == field.pointer or pointer.startswith(f"{field.pointer}/") for field in step.fields):
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
