"""Where a template repeats another: the same skills, or the same learning outcomes. Pure.

Only what can be compared is found: the same skill of ESCO, the same words. So nothing found does not mean that there is
nothing, least of all elsewhere; whoever reviews decides, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from badges.template.fields import Texts
from badges.template.model import Template

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Another template: by its name, whose it is, and where it can be read. Skills by their IRIs."""

    name: Texts
    issuer: str
    address: str
    skills: Mapping[str, Texts]
    outcomes: Sequence[Texts] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Another template that has the same skills or learning outcomes as the one that is reviewed."""

    other: Compared
    skills: Sequence[Texts]
    outcomes: Sequence[Texts]


def skills_of(template: Template) -> Mapping[str, Texts]:
    """The skills of its learning outcomes, by their IRIs."""
    return {
        skill.iri: skill.label or outcome.text
        for outcome in template.learning_outcomes
        for skill in outcome.esco
    }


def overlaps(template: Template, others: Iterable[Compared]) -> Sequence[Overlap]:
    """Those of the others that share something, most first."""
    skills = skills_of(template)
    outcomes = {words for outcome in template.learning_outcomes for words in _spellings(outcome.text)}
    found = [
        Overlap(
            other=other,
            skills=[label for iri, label in other.skills.items() if iri in skills],
            outcomes=[text for text in other.outcomes if outcomes & _spellings(text)],
        )
        for other in others
    ]
    shared = [each for each in found if each.skills or each.outcomes]
    return sorted(shared, key=lambda each: -len(each.skills) - len(each.outcomes))


def _spellings(texts: Texts) -> set[tuple[str, ...]]:
    """The words of the text in each of its languages, however they are punctuated."""
    return {tuple(_WORDS.findall(text.casefold())) for text in texts.values()}
