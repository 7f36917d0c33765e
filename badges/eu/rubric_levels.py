"""Levels of learning outcomes in a credential of anybody: those that there are, and those achieved."""

from __future__ import annotations

from collections.abc import Iterator

from badges.eu.parts import achievement_of, language_map, plain_text, subject_of
from badges.foreign_json import objects
from badges.template.fields import Texts
from signing.json_text import Json


def achieved_levels(credential: Json) -> Iterator[tuple[Texts, Texts]]:
    """Each level that a result says was achieved: what its description is called, and the level.

    A level that the description of the result does not have is left out: nobody knows what it means.
    """
    described, levels = _described(credential), _levels(credential)
    for result in objects(subject_of(credential).get("result")):
        about = str(result.get("resultDescription")), str(result.get("achievedLevel"))
        if about in levels:
            yield _words(described[about[0]], "title", "name"), _words(levels[about], "title", "name")


def stated_levels(achievement: Json) -> Iterator[Texts]:
    """Each level at which the outcomes can be met, as far as possible with what it takes, lowest first as written."""
    for description in objects(achievement.get("resultDescription")):
        for level in objects(description.get("rubricCriterionLevel")):
            yield _words(level, "summary", "description") or _words(level, "title", "name")


def level_ids(credential: Json) -> set[tuple[str, str]]:
    """Pairs of the id of a description and that of a level which it has."""
    return set(_levels(credential))


def _described(credential: Json) -> dict[str, Json]:
    descriptions = objects(achievement_of(credential).get("resultDescription"))
    return {each["id"]: each for each in descriptions if isinstance(each.get("id"), str)}


def _levels(credential: Json) -> dict[tuple[str, str], Json]:
    """All levels at once, by the ids of their description and of their own: a stranger's may be many thousands."""
    return {
        (description_id, level["id"]): level
        for description_id, description in _described(credential).items()
        for level in objects(description.get("rubricCriterionLevel"))
        if isinstance(level.get("id"), str)
    }


def _words(node: Json, by_language: str, native: str) -> Texts:
    """The texts of our extension's term, else that of the native one, which names no language."""
    return language_map(node.get(by_language)) or plain_text(node.get(native))
