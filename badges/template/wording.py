"""What a template says in words: too little to mean anything, or another result than the one it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from badges.template.model import Template
from badges.template.results import PERCENT

#: Letters and digits without which a text says nothing to a stranger. Two are a title: Go, AI.
_LEAST: Mapping[str, int] = {"name": 2, "description": 10, "criteria": 5}

_PERCENTAGE = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,5})?)\s*(?:%|per\s?cents?\b|procent\w*)", re.IGNORECASE
)


def too_little(template: Template) -> tuple[tuple[str, str], ...]:
    """Where the template says too little to be published: pairs (JSON pointer, code), as those of TemplateError.

    Codes: `says_nothing` for an empty field, `says_too_little` for a text of a few letters. A minimum result says what
    has to be done, so it stands in for criteria.
    """
    return tuple(_too_little(template))


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
    """
    required = template.required_score
    for name, texts in (("criteria", template.criteria), ("description", template.description)):
        for language, text in texts.items():
            for found in _PERCENTAGE.finditer(text):
                if required is None or Decimal(found[1].replace(",", ".")) != required * PERCENT:
                    yield f"/{name}/{language}", found[0]
