"""Open Educational Badges: competencies, study load and level in extensions, in Open Badges 2.0 and in 3.0."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from badges.importing.alignments import esco_skill
from badges.importing.extensions import extension, has_any, value_in
from badges.importing.foreign import Foreign, Found, texts
from badges.importing.open_badges_2 import badge_class_of, read_badge_class
from badges.importing.open_badges_3 import achievement_of, read_achievement
from badges.reader import MOST_ITEMS
from badges.verify.foreign_json import kind_of, objects
from signing.json_text import Json

NAME = "Open Educational Badges"

_COMPETENCIES = "extensions:CompetencyExtension"
_STUDY_LOAD = "extensions:StudyLoadExtension"
_CATEGORY = "extensions:CategoryExtension"
_LEVEL = "extensions:LevelExtension"
_EXTENSIONS = (_COMPETENCIES, _STUDY_LOAD, _CATEGORY, _LEVEL)
_FORMATS = {
    "online": "online",
    "digital": "online",
    "onsite": "presential",
    "präsenz": "presential",
    "hybrid": "blended",
    "blended": "blended",
}


def recognises(badge: Json) -> bool:
    """Whether it is a badge, of either standard, with an extension of theirs."""
    return has_any(badge, _EXTENSIONS)


def read(badge: Json, foreign: Foreign) -> Found:
    """What the badge says in the standard's terms and in their extensions."""
    if kind_of(badge) == "achievement":
        found = read_achievement(achievement_of(badge), foreign, "de")
    else:
        found = read_badge_class(*badge_class_of(badge), foreign, "de")
    language = found.body["in_language"]
    outcomes, minutes = _competencies(badge, language, foreign)
    load, where = value_in(badge, _STUDY_LOAD, "StudyLoad")
    level, level_at = value_in(badge, _LEVEL, "Level")
    if level:
        foreign.note(level_at, "no_place", level)
    said = {
        "learning_outcomes": (outcomes + found.body.get("learning_outcomes", []))[:MOST_ITEMS],
        "workload_hours": _hours(load or minutes, where, foreign),
        "forms_of_participation": _participation(badge, foreign),
    }
    return replace(found, body=found.body | {name: value for name, value in said.items() if value})


def _competencies(badge: Json, language: str, foreign: Foreign) -> tuple[list[Json], Decimal | None]:
    """Learning outcomes, and the minutes of all of them together."""
    value, pointer = extension(badge, _COMPETENCIES)
    outcomes, minutes = [], Decimal(0)
    for item, where in foreign.each(value, pointer):
        name = foreign.name(item.get("name"), f"{where}/name")
        text = foreign.text(item.get("description"), f"{where}/description") or name
        if text:
            skill = esco_skill(item.get("framework_identifier")) if item.get("framework") == "esco" else None
            esco = [{"iri": skill, "label": texts(language, name)}] if skill else []
            outcomes.append({"text": texts(language, text), "esco": esco})
        spent = foreign.number(item.get("studyLoad"), f"{where}/studyLoad", 600_000)
        minutes += Decimal(spent or 0)
    return outcomes, minutes or None


def _hours(minutes: Any, pointer: str, foreign: Foreign) -> str | None:
    read = foreign.number(minutes, pointer, 600_000)
    hours = round(Decimal(read) / 60, 2) if read else Decimal(0)
    return format(hours.normalize(), "f") if hours else None


def _participation(badge: Json, foreign: Foreign) -> list[str]:
    subject = next(iter(objects(badge.get("credentialSubject"))), {})
    code = foreign.coded(subject.get("activityFormat"), "/credentialSubject/activityFormat", _FORMATS)
    return [code] if code else []
