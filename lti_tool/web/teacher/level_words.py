"""Levels of learning outcomes in words, as lists of awards show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.store.models import Award
from lti_tool.values import LevelBy, StatedLevel, stated_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """An outcome with its level, by whose word, and the grade where it was one, 0 to 1."""

    outcome: Texts
    level: Texts
    by: LevelBy
    score: Decimal | None


def level_lines(award: Award) -> Sequence[LevelLine]:
    """The levels that the award states, in words of the version of its template."""
    # Of most awards nothing more is read.
    if not award.outcome_levels:
        return ()
    return lines_of(stored_template(award.template_version.body), stated_levels(award.outcome_levels))


def lines_of(template: Template, levels: Iterable[StatedLevel]) -> Sequence[LevelLine]:
    """The levels in words, as far as the template has them."""
    outcomes, known = template.learning_outcomes, template.outcome_levels
    return [
        LevelLine(
            outcome=outcomes[each.outcome - 1].text,
            level=known[each.level - 1].words,
            by=each.by,
            score=Decimal(each.score) if each.score else None,
        )
        for each in levels
        if each.outcome <= len(outcomes) and each.level <= len(known)
    ]


def changed_lines(award: Award, levels: Iterable[StatedLevel]) -> Sequence[tuple[Texts, Texts, Texts]]:
    """Of each outcome whose level changes: its text, and the level before and now, empty for none."""
    template = stored_template(award.template_version.body)
    before, now = _numbers(stated_levels(award.outcome_levels)), _numbers(levels)
    outcomes, known = template.learning_outcomes, template.outcome_levels

    def words(number: int | None) -> Texts:
        return known[number - 1].words if number is not None else {}

    return [
        (outcome.text, words(before.get(place)), words(now.get(place)))
        for place, outcome in enumerate(outcomes, 1)
        if before.get(place) != now.get(place)
    ]


def can_state_levels(award: Award) -> bool:
    """Whether the badge can state at which levels its learning outcomes were met."""
    template = stored_template(award.template_version.body)
    return bool(template.outcome_levels and template.learning_outcomes)


def _numbers(levels: Iterable[StatedLevel]) -> Mapping[int, int]:
    return {each.outcome: each.level for each in levels}
