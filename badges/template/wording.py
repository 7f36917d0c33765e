"""What a template says in words: too little to mean anything, or another result than the one it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from badges.template.model import Template
from badges.template.results import PERCENT

#: Letters and digits without which a text says nothing to a stranger. Two are a title: Go, AI.
_LEAST: Mapping[str, int] = {"name": 2, "description": 10, "criteria": 5}

_PERCENTAGE = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,5})?)\s*(?:%|per\s?cents?\b|procent\w*)", re.IGNORECASE
)

#: Words by which the percentage that they stand before is asked for, and how far before it they are looked for.
_ASKED_FOR = re.compile(
    r"(?:\b(?:at least|minimum|less than|more than|over|above|needs?|required?|pass(?:ed)?|reach(?:es|ed)?|scored?"
    r"|vismaz|mazāk|vairāk|virs|minim\w*|jāsasniedz|jāiegūst|nepieciešam\w*|vajadzīg\w*|sasnie\w*|nokārt\w*)\b|≥|>=)"
    r"[^%.;:()\d]*$",
    re.IGNORECASE,
)
_WORDS_BEFORE = 40


def too_little(template: Template) -> tuple[tuple[str, str], ...]:
    """Where the template says too little to be published: pairs (JSON pointer, code), as those of TemplateError.

    Codes: `says_nothing` for an empty field, `says_too_little` for a text of a few letters. A minimum result says what
    has to be done, so it stands in for criteria.
    """
    return tuple(_too_little(template))


def unready(template: Template, today: date) -> tuple[tuple[str, str], ...]:
    """What is not yet as it has to be to publish the template `today`: `too_little`, and a review that has passed."""
    review = template.review_date
    passed = (("/review_date", "review_has_passed"),) if review and review < today else ()
    return (*too_little(template), *passed)


def _too_little(template: Template) -> Iterator[tuple[str, str]]:
    stated = {
        "name": template.name,
        "description": template.description,
        "criteria": template.criteria or template.stated_criteria,
    }
    for name, texts in stated.items():
        if not texts:
            yield f"/{name}", "says_nothing"
        for language, text in texts.items():
            if sum(character.isalnum() for character in text) < _LEAST[name]:
                yield f"/{name}/{language}", "says_too_little"


def other_percentages(template: Template) -> Iterator[tuple[str, str]]:
    """Percentages in the description and the criteria that are not the minimum result: (JSON pointer, as written).

    Not each of them contradicts it: “30 % of the course is online”. So they are something to look at, not problems.
    Weights, of which a grade is made up, do not: “the project (60 %) and the examination (40 %)”.
    """
    required = template.required_score
    for name, texts in (("criteria", template.criteria), ("description", template.description)):
        for language, text in texts.items():
            for found in _without_weights(text):
                if required is None or _value(found) != required * PERCENT:
                    yield f"/{name}/{language}", found[0]


def _without_weights(text: str) -> Iterator[re.Match[str]]:
    """The percentages in the text, without those that follow each other and make 100 % together.

    One that is asked for, such as “at least 40 %”, is no weight, whatever the others are.
    """
    run: list[re.Match[str]] = []
    for found in _PERCENTAGE.finditer(text):
        if _ASKED_FOR.search(text[max(0, found.start() - _WORDS_BEFORE) : found.start()]):
            yield from run
            yield found
            run = []
            continue
        run.append(found)
        for start in range(len(run) - 1):
            if sum(map(_value, run[start:])) == PERCENT:
                yield from run[:start]
                run = []
                break
    yield from run


def _value(found: re.Match[str]) -> Decimal:
    return Decimal(found[1].replace(",", "."))
