"""The questions of a review: those of self-assessment that the New Zealand Qualifications Authority asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, get_args

from badges.quality import Rule, framework

#: The framework whose questions they are; an answer here meets its rule.
FRAMEWORK = "nzqa"

#: goes_on: as it is. change: a next version is to come. retire: nobody should be able to begin any more.
Conclusion = Literal["goes_on", "change", "retire"]
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)
#: Whether the template repeats what exists already; empty where nobody has looked.
OVERLAPS = ("", "none", "some")

#: Enough for a page; a report has one text for each question.
LONGEST_ANSWER = 4000


@cache
def questions() -> Sequence[Rule]:
    """The rules whose headings are asked, in the order of the framework."""
    return tuple(rule for rule in framework(FRAMEWORK).rules if rule.strength == "stated")


def question_codes() -> tuple[str, ...]:
    """Their codes: the names of the answers."""
    return tuple(rule.code for rule in questions())


def headings(language: str) -> Mapping[str, str]:
    """What each asks, by its code."""
    return {rule.code: (rule.heading or rule.sentence)[language] for rule in questions()}
