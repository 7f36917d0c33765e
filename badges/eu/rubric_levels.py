"""Levels of learning outcomes in a credential of anybody: those that there are, and those achieved."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from badges.eu.parts import achievement_of, language_map, plain_text, subject_of
from badges.foreign_json import objects
from badges.template.fields import Texts
from signing.json_text import Json


def achieved_levels(credential: Json) -> Iterator[tuple[Texts, Texts]]:
    """Each level that a result says was achieved: what its description is called, and the level.

    A level that no description has is left out: nobody knows what it means. It need not be the description of the
    result: in the example of the standard that one explains the letter beside it.
    """
    levels = _levels(credential)
    for result in objects(subject_of(credential).get("result")):
        level_id = result.get("achievedLevel")
        if isinstance(level_id, str) and level_id in levels:
            description, level = levels[level_id]
            yield _words(description, "title", "name"), _words(level, "title", "name")


def stated_levels(achievement: Json) -> Iterator[Texts]:
    """Each level at which the outcomes can be met, as far as possible with what it takes, lowest first as written."""
    for description in objects(achievement.get("resultDescription")):
        for level in objects(description.get("rubricCriterionLevel")):
            yield _words(level, "summary", "description") or _words(level, "title", "name")


def level_ids(credential: Json) -> Collection[str]:
    """The ids of all levels that the achievement has."""
    return _levels(credential).keys()


def _levels(credential: Json) -> dict[str, tuple[Json, Json]]:
    """All levels by their ids, each with its description, at once: a stranger's may be many thousands."""
    return {
        level["id"]: (description, level)
        for description in objects(achievement_of(credential).get("resultDescription"))
        for level in objects(description.get("rubricCriterionLevel"))
        if isinstance(level.get("id"), str)
    }


def _words(node: Json, by_language: str, native: str) -> Texts:
    """The texts of our extension's term, else that of the native one, which names no language."""
    return language_map(node.get(by_language)) or plain_text(node.get(native))
