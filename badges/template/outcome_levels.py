"""The levels at which the learning outcomes of a template can be met, and the one that a result reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from badges.reader import Reader
from badges.template.fields import SIGNED, Texts, declare
from badges.template.kinds import Code, LineByLanguage, Number
from badges.template.results import PERCENT, on_scale, reaches, result_in_words
from badges.vocabularies import vocabulary

#: The list of levels that every program knows, lowest first.
VOCABULARY = "outcome_levels"

#: From which share of the highest result on each level of the list is usually reached.
_USUAL_SHARES = (Decimal("0.5"), Decimal("0.7"), Decimal("0.9"))
_LEAST: Texts = {"en": "{name} (at least {result})", "lv": "{name} (vismaz {result})"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLevel:
    """A level, such as *proficient*, and the lowest result with which it is reached, on the scale of the template.

    It is one of the list (`code`), or has a `name` of the issuer's own. Every result reaches one without a lowest
    result.
    """

    code: str | None = declare(
        Code(VOCABULARY),
        shown=SIGNED,
        label={"en": "Level of the list", "lv": "Līmenis no saraksta"},
    )
    name: Texts = declare(
        LineByLanguage(),
        shown=SIGNED,
        label={"en": "Or a name of your own", "lv": "Vai jūsu pašu nosaukums"},
    )
    from_result: Decimal | None = declare(
        Number(maximum=1000),
        shown=SIGNED,
        label={"en": "From which result on", "lv": "No kāda rezultāta"},
    )

    @property
    def words(self) -> Texts:
        """What it is called."""
        return vocabulary(VOCABULARY)[self.code].label if self.code else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedLevel:
    """That an outcome was met at a level, both by their numbers in the template, from 1."""

    outcome: int
    level: int


def ready_scale(scale: Decimal | None) -> list[dict[str, str]]:
    """The levels of the list as JSON of a template, from the results on that are usual.

    Empty for a scale that ends below 1: two decimals are too few for three levels.
    """
    if scale is not None and scale < 1:
        return []
    return [
        {"code": concept.code, "from_result": format(on_scale(share, scale).normalize(), "f")}
        for concept, share in zip(vocabulary(VOCABULARY), _USUAL_SHARES, strict=False)
    ]


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
        return level.words
    return {
        language: _LEAST.get(language, _LEAST["en"]).format(
            name=name, result=result_in_words(level.from_result, scale, language)
        )
        for language, name in level.words.items()
    }


def check_levels(reader: Reader, levels: Sequence[OutcomeLevel], scale: Decimal | None) -> None:
    """Adds a problem to `reader` for each level that is not above the one before it, or that no result can reach.

    Also for one that is neither of the list nor has a name, or is both.
    """
    before: Decimal | None = None
    for place, level in enumerate(levels):
        lowest, pointer = level.from_result or Decimal(0), f"/outcome_levels/{place}/from_result"
        if before is not None and lowest <= before:
            reader.problem(pointer, "levels_not_rising")
        if lowest > (scale or PERCENT):
            reader.problem(pointer, "level_above_the_scale")
        before = lowest
    _check_words(reader, levels)


def _check_words(reader: Reader, levels: Sequence[OutcomeLevel]) -> None:
    order = [concept.code for concept in vocabulary(VOCABULARY)]
    before = -1
    for place, level in enumerate(levels):
        pointer = f"/outcome_levels/{place}"
        if level.code is None:
            if not level.name and not reader.has_problem(pointer):
                reader.problem(f"{pointer}/name", "required")
            continue
        if level.name:
            reader.problem(f"{pointer}/name", "code_and_name")
        if order.index(level.code) <= before:
            reader.problem(f"{pointer}/code", "levels_not_in_order")
        before = order.index(level.code)
