"""Results on the scale of a template, and the sentence about the one that it asks for.

A scale is from 0 to its highest possible result; without one of its own it is per cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from badges.in_words import number_text

Texts = Mapping[str, str]

PERCENT = Decimal(100)
#: Platforms keep points to a few decimals or as binary fractions: 0.6999999999999999 is 70 %.
_PRECISION = Decimal("0.00001")

_POINTS: Texts = {"en": "{value} of {most} points", "lv": "{value} no {most} punktiem"}
_SCALE: Texts = {"en": "Scale: 0 to {most}{unit}", "lv": "Skala: no 0 līdz {most}{unit}"}
_LEAST: Texts = {"en": "at least {result} needed", "lv": "vajadzīgs vismaz {result}"}
_CRITERIA: Texts = {
    "en": "The result has to be at least {result}.",
    "lv": "Rezultātam jābūt vismaz {result}.",
}


def on_scale(score: Decimal, scale: Decimal | None) -> Decimal:
    """A score from 0 to 1 as a value of the scale, with two decimals at most."""
    return round(score * (scale or PERCENT), 2)


def reaches(score: Decimal, required_value: Decimal, scale: Decimal | None) -> bool:
    """Whether a score from 0 to 1 reaches a value of the scale."""
    return score.quantize(_PRECISION, ROUND_HALF_UP) >= (required_value / (scale or PERCENT)).quantize(
        _PRECISION
    )


def result_in_words(value: Decimal, scale: Decimal | None, language: str) -> str:
    """A value of the scale in words: `70 %`, `4 of 10 points`. English where there are none in the language."""
    if scale is None:
        return f"{number_text(value, language)} %"
    pattern = _POINTS.get(language, _POINTS["en"])
    return pattern.format(value=number_text(value, language), most=number_text(scale, language))


def result_texts(value: Decimal, scale: Decimal | None) -> Texts:
    """A value of the scale in words, by language."""
    return {language: result_in_words(value, scale, language) for language in _POINTS}


def scale_texts(required_value: Decimal | None, scale: Decimal | None) -> Texts:
    """A scale in words, with the lowest result that is asked for."""
    words = {
        language: pattern.format(
            most=number_text(scale or PERCENT, language), unit=" %" if scale is None else ""
        )
        for language, pattern in _SCALE.items()
    }
    if required_value is None:
        return words
    return {
        language: f"{text}; {_LEAST[language].format(result=result_in_words(required_value, scale, language))}"
        for language, text in words.items()
    }


def without_result(criteria: str, language: str, fields: Mapping[str, str]) -> str:
    """The criteria without the sentence at its end that `criteria_with_result` adds for these fields of a template."""
    pattern = _CRITERIA.get(language)
    if pattern is None or "required_value" not in fields:
        return criteria
    scale = Decimal(fields["scale"]) if "scale" in fields else None
    sentence = pattern.format(result=result_in_words(Decimal(fields["required_value"]), scale, language))
    return criteria.removesuffix(sentence).rstrip()


def criteria_with_result(
    criteria: Texts, languages: Iterable[str], required_value: Decimal, scale: Decimal | None
) -> Texts:
    """What the author wrote, followed in each language that we have words for by the result that is asked for.

    Where the author wrote nothing at all, the sentence alone stands in the template's languages. A language that the
    author left out gets none: there the reader falls back to a text that says everything.
    """
    stated = {}
    for language in criteria or languages:
        own = criteria.get(language, "").strip()
        pattern = _CRITERIA.get(language)
        made = pattern.format(result=result_in_words(required_value, scale, language)) if pattern else ""
        if own and made:
            own += "" if own[-1] in ".!?…" else "."
        if own or made:
            stated[language] = " ".join(part for part in (own, made) if part)
    return stated
