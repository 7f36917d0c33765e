"""The levels at which the learning outcomes of a template can be met, and the one that a result reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from badges.reader import Reader
from badges.template.fields import SIGNED, Texts, declare
from badges.template.kinds import LineByLanguage, Number
from badges.template.results import PERCENT, reaches, result_in_words

_LEAST: Texts = {"en": "{name} (at least {result})", "lv": "{name} (vismaz {result})"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLevel:
    """A level, such as *proficient*, and the lowest result with which it is reached, on the scale of the template.

    Every result reaches one without a lowest result.
    """

    name: Texts = declare(
        LineByLanguage(required=True),
        shown=SIGNED,
        label={"en": "Name of the level", "lv": "Līmeņa nosaukums"},
    )
    from_result: Decimal | None = declare(
        Number(maximum=1000),
        shown=SIGNED,
        label={"en": "From which result on", "lv": "No kāda rezultāta"},
    )


def level_reached(levels: Sequence[OutcomeLevel], score: Decimal, scale: Decimal | None) -> int | None:
    """The number, from 1, of the highest level that a score from 0 to 1 reaches; None where it reaches none."""
    reached = [
        number
        for number, level in enumerate(levels, 1)
        if level.from_result is None or reaches(score, level.from_result, scale)
    ]
    return reached[-1] if reached else None


def level_texts(level: OutcomeLevel, scale: Decimal | None) -> Texts:
    """The level in words, with the result that it takes: `proficient (at least 70 %)`."""
    if level.from_result is None:
        return level.name
    return {
        language: _LEAST.get(language, _LEAST["en"]).format(
            name=name, result=result_in_words(level.from_result, scale, language)
        )
        for language, name in level.name.items()
    }


def check_levels(reader: Reader, levels: Sequence[OutcomeLevel], scale: Decimal | None) -> None:
    """Adds a problem to `reader` for each level that is not above the one before it, or that no result can reach."""
    before: Decimal | None = None
    for place, level in enumerate(levels):
        lowest, pointer = level.from_result or Decimal(0), f"/outcome_levels/{place}/from_result"
        if before is not None and lowest <= before:
            reader.problem(pointer, "levels_not_rising")
        if lowest > (scale or PERCENT):
            reader.problem(pointer, "level_above_the_scale")
        before = lowest
