"""How results are explained in an Achievement: the scale of the grade, and the levels of the learning outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from badges.eu.terms import decimal_text
from badges.model import Alignment, ResultDescription, RubricCriterionLevel
from badges.template.fields import Texts
from badges.template.model import Template, text_in
from badges.template.outcome_levels import level_texts
from badges.template.results import PERCENT
from badges.template.values import LearningOutcome

_RESULT: Texts = {"en": "Result", "lv": "Rezultāts"}
_LEVELS: Texts = {"en": "Level of the learning outcomes", "lv": "Mācīšanās rezultātu līmenis"}


def result_descriptions(
    template: Template, template_url: str, language: str
) -> tuple[ResultDescription, ...]:
    """The scale of the results; where the template has levels of its outcomes, also these."""
    scale = _scale(template, template_url, language)
    return (scale, _levels(template, template_url, language)) if template.outcome_levels else (scale,)


def scale_id(template_url: str) -> str:
    """The id of the scale of the results."""
    return f"{template_url}#result"


def levels_id(template_url: str) -> str:
    """The id of the description that has the levels of the outcomes."""
    return f"{template_url}#outcome-levels"


def level_id(template_url: str, number: int) -> str:
    """The id of a level of the outcomes, by its number from 1."""
    return f"{template_url}#outcome-level-{number}"


def skill_alignments(outcome: LearningOutcome, template: Template, language: str) -> Iterable[Alignment]:
    """An alignment with each of the outcome's skills, in words of `language` as far as there are some."""
    for skill in outcome.esco:
        yield Alignment(
            target_description=text_in(outcome.text, language, template.in_language),
            target_name=text_in(skill.label or outcome.text, language, template.in_language),
            target_framework="ESCO",
            target_type="ext:ESCOSkill",
            target_url=skill.iri,
        )


def _scale(template: Template, template_url: str, language: str) -> ResultDescription:
    """The scale of the template's results, with the lowest one that it asks for."""
    return ResultDescription(
        id=scale_id(template_url),
        name=text_in(_RESULT, language),
        required_value=None if template.required_value is None else decimal_text(template.required_value),
        result_type="Percent" if template.scale is None else "RawScore",
        value_max=decimal_text(template.scale or PERCENT),
        value_min="0",
    )


def _levels(template: Template, template_url: str, language: str) -> ResultDescription:
    """The levels of the outcomes, which one grade decides for all of them together.

    So the skills that are meant are named only where there is one outcome: of several, a grade tells none.
    """
    outcomes = template.learning_outcomes
    return ResultDescription(
        id=levels_id(template_url),
        alignment=tuple(skill_alignments(outcomes[0], template, language)) if len(outcomes) == 1 else (),
        name=text_in(_LEVELS, language),
        title=_LEVELS,
        result_type="RubricCriterionLevel",
        rubric_criterion_level=tuple(
            RubricCriterionLevel(
                id=level_id(template_url, number),
                description=text_in(level_texts(level, template.scale), language, template.in_language),
                name=text_in(level.name, language, template.in_language),
                title=level.name,
                summary=level_texts(level, template.scale),
            )
            for number, level in enumerate(template.outcome_levels, 1)
        ),
    )
