"""How results are explained in an Achievement: the scale of the grade, and the levels of the learning outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from badges.eu.terms import decimal_text
from badges.model import Alignment, ResultDescription, RubricCriterionLevel
from badges.template.fields import Texts
from badges.template.model import Template, text_in
from badges.template.outcome_levels import OutcomeLevel, ReachedLevel, level_texts
from badges.template.results import PERCENT
from badges.template.values import LearningOutcome
from signing.json_text import Json

_RESULT: Texts = {"en": "Result", "lv": "Rezultāts"}
#: How the ids of levels of one outcome end.
_OF_OUTCOME = re.compile(r"#outcome-([0-9]{1,3})-level-([0-9]{1,3})$")
_LEVELS: Texts = {"en": "Level of the learning outcomes", "lv": "Mācīšanās rezultātu līmenis"}


def result_descriptions(
    template: Template, template_url: str, language: str
) -> tuple[ResultDescription, ...]:
    """The scale of the results; where the template has levels of its outcomes, also these."""
    if template.has_levels_of_each:
        return descriptions_of_each(template, template_url, language)
    scale = _scale(template, template_url, language)
    return (scale, _levels(template, template_url, language)) if template.outcome_levels else (scale,)


def descriptions_of_each(
    template: Template, template_url: str, language: str
) -> tuple[ResultDescription, ...]:
    """The scale of the results, and for each outcome the levels at which it alone can be met, with its skills."""
    return (
        _scale(template, template_url, language),
        *(
            _levels_of(outcome, number, template, template_url, language)
            for number, outcome in enumerate(template.learning_outcomes, 1)
        ),
    )


def scale_id(template_url: str) -> str:
    """The id of the scale of the results."""
    return f"{template_url}#result"


def levels_id(template_url: str) -> str:
    """The id of the description that has the levels of the outcomes."""
    return f"{template_url}#outcome-levels"


def level_id(template_url: str, number: int) -> str:
    """The id of a level of the outcomes, by its number from 1."""
    return f"{template_url}#outcome-level-{number}"


def levels_of_outcome_id(template_url: str, outcome: int) -> str:
    """The id of the description that has the levels of one outcome, by its number from 1."""
    return f"{template_url}#outcome-{outcome}-levels"


def level_of_outcome_id(template_url: str, reached: ReachedLevel) -> str:
    """The id of a level of one outcome."""
    return f"{template_url}#outcome-{reached.outcome}-level-{reached.level}"


def reached_levels(subject: Json) -> tuple[ReachedLevel, ...]:
    """The levels of single outcomes in the subject of a credential of ours."""
    found = (_OF_OUTCOME.search(result.get("achievedLevel", "")) for result in subject.get("result", []))
    return tuple(ReachedLevel(outcome=int(each[1]), level=int(each[2])) for each in found if each)


def skill_alignments(outcome: LearningOutcome, template: Template, language: str) -> Iterable[Alignment]:
    """An alignment with each of the outcome's skills, in words of `language` as far as there are some.

    Where the skill has words in several languages, in all of them too: the native term has one.
    """
    for skill in outcome.esco:
        yield Alignment(
            target_description=text_in(outcome.text, language, template.in_language),
            target_name=text_in(skill.label or outcome.text, language, template.in_language),
            target_framework="ESCO",
            target_type="ext:ESCOSkill",
            target_url=skill.iri,
            title=skill.label if len(skill.label) > 1 else {},
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
            _level(level, level_id(template_url, number), template, language)
            for number, level in enumerate(template.outcome_levels, 1)
        ),
    )


def _levels_of(
    outcome: LearningOutcome, number: int, template: Template, template_url: str, language: str
) -> ResultDescription:
    """The levels of one outcome, which is what they are called after.

    What stands in each badge of many outcomes is short: what the levels take is said in all languages of the first
    alone, as it is the same for all, and skills have their words in the alignments of the achievement.
    """
    skills = skill_alignments(outcome, template, language)
    levels = tuple(
        _level(
            level,
            level_of_outcome_id(template_url, ReachedLevel(outcome=number, level=place)),
            template,
            language,
        )
        for place, level in enumerate(template.outcome_levels, 1)
    )
    return ResultDescription(
        id=levels_of_outcome_id(template_url, number),
        alignment=tuple(replace(skill, target_description=None, title={}) for skill in skills),
        name=text_in(outcome.text, language, template.in_language),
        title=outcome.text,
        result_type="RubricCriterionLevel",
        rubric_criterion_level=levels if number == 1 else tuple(replace(each, summary={}) for each in levels),
    )


def _level(level: OutcomeLevel, node_id: str, template: Template, language: str) -> RubricCriterionLevel:
    """A level with its code, if it is of the list, and in words with what it takes."""
    words = level_texts(level, template.scale)
    return RubricCriterionLevel(
        id=node_id,
        description=text_in(words, language, template.in_language),
        level=level.code,
        name=text_in(level.words, language, template.in_language),
        title=level.words,
        summary=words,
    )
