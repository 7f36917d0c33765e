"""What a template says in terms of the EU extension, once more in native terms of Open Badges 3.0.

A wallet that does not know the extension shows the criteria as Markdown, the alignments and the tags of an achievement,
and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from badges.eu.annex_1 import ELEMENTS
from badges.eu.in_words import assurance_in_words, titled
from badges.in_words import hours_in_words, number_in_words
from badges.template.fields import Texts
from badges.template.model import Template, text_in
from badges.template.values import QualityAssurance
from badges.vocabularies import vocabulary

_LABELS = {element.code: element.label for element in ELEMENTS}


def criteria_in_markdown(template: Template, language: str) -> str | None:
    """What learners have to do, and below it the elements that have no native term; None where there is nothing."""

    def said(texts: Texts) -> str:
        return " ".join(text_in(texts, language, template.in_language).split())

    def section(code: str, values: Iterable[str]) -> Iterator[str]:
        items = [f"- {value}" for value in values if value]
        if items:
            yield f"**{text_in(_LABELS[code], language)}**"
            yield "\n".join(items)

    parts = [text_in(template.stated_criteria, language, template.in_language)]
    parts += section("learning_outcomes", (said(outcome.text) for outcome in template.learning_outcomes))
    parts += section("notional_workload", (said(texts) for texts in _workload(template)))
    parts += section("type_of_assessment", (said(texts) for texts in _assessments(template)))
    parts += section(
        "form_of_participation",
        (said(vocabulary("modes_of_participation")[code].label) for code in template.forms_of_participation),
    )
    parts += section("supervision", (said(texts) for texts in _supervision(template)))
    parts += section(
        "type_of_quality_assurance",
        (said(quality_assurance_in_words(each)) for each in template.types_of_quality_assurance),
    )
    parts += section("prerequisites", (said(template.prerequisites),))
    return "\n\n".join(part for part in parts if part) or None


def tags(template: Template, language: str) -> tuple[str, ...]:
    """The skills and the field of study, by which people search."""
    skills = (skill.label for outcome in template.learning_outcomes for skill in outcome.esco if skill.label)
    fields = (vocabulary("isced_f")[template.isced_f].label,) if template.isced_f else ()
    return tuple(
        dict.fromkeys(text_in(label, language, template.in_language) for label in (*skills, *fields))
    )


def _workload(template: Template) -> Iterator[Texts]:
    if template.workload_hours:
        yield hours_in_words(template.workload_hours)
    if template.credits is not None:
        points = number_in_words(template.credits)
        yield {language: f"{number} ECTS" for language, number in points.items()}


def _assessments(template: Template) -> Iterator[Texts]:
    for assessment in template.assessments:
        kind = vocabulary("assessment_types")[assessment.type].label
        yield titled(assessment.title, kind)


def _supervision(template: Template) -> Iterator[Texts]:
    for assessment in template.assessments:
        if assessment.supervision:
            title = assessment.title if len(template.assessments) > 1 else {}
            yield titled(title, vocabulary("supervision")[assessment.supervision].label)


def quality_assurance_in_words(assurance: QualityAssurance) -> Texts:
    """The type, who assures it, its entry in a register, and when it is valid."""
    return assurance_in_words(
        vocabulary("quality_assurance")[assurance.code].label,
        assurance.agency,
        " ".join(part for part in (assurance.register, assurance.reference) if part)
        if assurance.reference
        else "",
        assurance.valid_from,
        assurance.valid_until,
    )
