"""Levels of learning outcomes in a credential of anybody: those that there are, and those achieved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from badges.eu.in_words import listed
from badges.eu.parts import achievement_of, language_map, plain_text, subject_of
from badges.foreign_json import objects
from badges.template.fields import Texts
from signing.json_text import Json

_OF: Texts = {"en": "{level} ({number} of {total})", "lv": "{level} ({number} no {total})"}


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


def levels_in_brief(credential: Json) -> Texts:
    """The levels that were achieved, for whoever reads one line; empty where there is none.

    A level that stands for all that has levels alone; else each with how many have it: `advanced (3 of 4), basic (1 of
    4)`, those that come last in their descriptions first.
    """
    every = [
        description
        for description in objects(achievement_of(credential).get("resultDescription"))
        if objects(description.get("rubricCriterionLevel"))
    ]
    return in_brief(_achieved(credential), len(every))


def in_brief(achieved: Sequence[tuple[int, Texts]], total: int) -> Texts:
    """As `levels_in_brief`, of levels with their places in their descriptions, of which there are `total`."""
    counted = Counter(_key(level) for _place, level in achieved)
    if len(counted) == 1 and len(achieved) >= total:
        return achieved[0][1]
    highest_first = sorted(achieved, key=lambda each: -each[0])
    levels = dict.fromkeys(_key(level) for _place, level in highest_first)
    return listed(_counted(dict(level), counted[level], total) for level in levels)


def _key(level: Texts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(level.items()))


def _counted(level: Texts, number: int, total: int) -> Texts:
    return {
        language: _OF.get(language, _OF["en"]).format(level=text, number=number, total=total)
        for language, text in level.items()
    }


def _achieved(credential: Json) -> list[tuple[int, Texts]]:
    """The levels that were achieved, each with its place in its description, of which each counts once."""
    places = {
        level["id"]: (number, place, level)
        for number, description in enumerate(objects(achievement_of(credential).get("resultDescription")))
        for place, level in enumerate(objects(description.get("rubricCriterionLevel")))
        if isinstance(level.get("id"), str)
    }
    ids = (result.get("achievedLevel") for result in objects(subject_of(credential).get("result")))
    found: dict[int, tuple[int, Texts]] = {}
    for number, place, level in (places[each] for each in ids if isinstance(each, str) and each in places):
        words = _words(level, "title", "name")
        if words and number not in found:
            found[number] = (place, words)
    return list(found.values())


def stated_levels(achievement: Json) -> Iterator[Texts]:
    """Each level at which outcomes can be met, as far as possible with what it takes, lowest first as written.

    Those that several outcomes have are named once, as the first of these says it.
    """
    seen: set[tuple[tuple[str, str], ...]] = set()
    for description in objects(achievement.get("resultDescription")):
        for level in objects(description.get("rubricCriterionLevel")):
            key = _key(_words(level, "title", "name"))
            if key not in seen:
                seen.add(key)
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
