"""The source for Open Educational Badges, which has competencies, study load and level in extensions of 2.0 and 3.0."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from badges.foreign_json import kind_of, objects
from badges.importing.alignments import esco_skill
from badges.importing.extensions import find_extension, find_value, has_any
from badges.importing.field_reader import FieldReader, TemplateFields, language_map
from badges.importing.open_badges_2 import badge_class_of, read_badge_class
from badges.importing.open_badges_3 import achievement_of, read_achievement
from badges.reader import MOST_ITEMS
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
    """Whether it is a badge of Open Badges 2.0 or 3.0 with one of their extensions."""
    return has_any(badge, _EXTENSIONS)


def read(badge: Json, reader: FieldReader) -> TemplateFields:
    """The template fields in the terms of the standard and of their extensions.

    Raises TemplateError where an assertion only has the address of its badge class.
    """
    if kind_of(badge) == "achievement":
        fields = read_achievement(achievement_of(badge), reader, "de")
    else:
        fields = read_badge_class(*badge_class_of(badge), reader, "de")
    language = fields.body["in_language"]
    outcomes, minutes = _competencies(badge, language, reader)
    load, load_pointer = find_value(badge, _STUDY_LOAD, "StudyLoad")
    level, level_pointer = find_value(badge, _LEVEL, "Level")
    if level:
        reader.note(level_pointer, "no_place", level)
    own_fields = {
        "learning_outcomes": (outcomes + fields.body.get("learning_outcomes", []))[:MOST_ITEMS],
        "workload_hours": _hours(load or minutes, load_pointer, reader),
        "forms_of_participation": _participation(badge, reader),
    }
    return replace(fields, body=fields.body | {name: value for name, value in own_fields.items() if value})


def _competencies(badge: Json, language: str, reader: FieldReader) -> tuple[list[Json], Decimal | None]:
    """The learning outcomes, and the sum of their minutes; None for no minutes at all."""
    value, pointer = find_extension(badge, _COMPETENCIES)
    outcomes, minutes = [], Decimal(0)
    for item, item_pointer in reader.each(value, pointer):
        name = reader.name(item.get("name"), f"{item_pointer}/name")
        text = reader.text(item.get("description"), f"{item_pointer}/description") or name
        if text:
            skill = esco_skill(item.get("framework_identifier")) if item.get("framework") == "esco" else None
            esco = [{"iri": skill, "label": language_map(language, name)}] if skill else []
            outcomes.append({"text": language_map(language, text), "esco": esco})
        item_minutes = reader.number(item.get("studyLoad"), f"{item_pointer}/studyLoad", 600_000)
        minutes += Decimal(item_minutes or 0)
    return outcomes, minutes or None


def _hours(minutes: Any, pointer: str, reader: FieldReader) -> str | None:
    """The hours in a number of minutes, as text."""
    number = reader.number(minutes, pointer, 600_000)
    hours = round(Decimal(number) / 60, 2) if number else Decimal(0)
    return format(hours.normalize(), "f") if hours else None


def _participation(badge: Json, reader: FieldReader) -> list[str]:
    subject = next(iter(objects(badge.get("credentialSubject"))), {})
    code = reader.coded(subject.get("activityFormat"), "/credentialSubject/activityFormat", _FORMATS)
    return [code] if code else []
