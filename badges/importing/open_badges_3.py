"""The source for any Open Badges 3.0 credential, which reads the terms of the standard only."""

from __future__ import annotations

from badges.foreign_json import kind_of, objects
from badges.importing.alignments import read_alignments
from badges.importing.field_reader import FieldReader, TemplateFields, language_map, object_at
from badges.importing.results import read_required_result
from badges.template.results import without_result
from signing.json_text import Json

NAME = "Open Badges 3.0"
ACHIEVEMENT_POINTER = "/credentialSubject/achievement"


def recognises(badge: Json) -> bool:
    """Whether it is an Open Badges 3.0 credential."""
    return kind_of(badge) == "achievement"


def read(badge: Json, reader: FieldReader) -> TemplateFields:
    """The template fields of the achievement. `creditsAvailable` is only noted: the standard gives it no unit."""
    achievement = achievement_of(badge)
    fields = read_achievement(achievement, reader, "en")
    if achievement.get("creditsAvailable"):
        reader.note(f"{ACHIEVEMENT_POINTER}/creditsAvailable", "no_place", achievement["creditsAvailable"])
    return fields


def achievement_of(badge: Json) -> Json:
    """The first achievement of the first subject; empty where there is none."""
    subject = next(iter(objects(badge.get("credentialSubject"))), {})
    return next(iter(objects(subject.get("achievement"))), {})


def read_achievement(achievement: Json, reader: FieldReader, default_language: str) -> TemplateFields:
    """The template fields of an achievement: its texts and language, its minimum result, alignments, picture."""
    pointer = ACHIEVEMENT_POINTER
    language = reader.language(achievement.get("inLanguage"), f"{pointer}/inLanguage", default_language)
    criteria = object_at(achievement, "criteria")
    required = read_required_result(
        achievement.get("resultDescription"), f"{pointer}/resultDescription", reader
    )
    narrative = reader.text(criteria.get("narrative"), f"{pointer}/criteria/narrative")
    image = achievement.get("image")
    picture = image if isinstance(image, str) else object_at(achievement, "image").get("id")
    return TemplateFields(
        body={
            "name": language_map(language, reader.name(achievement.get("name"), f"{pointer}/name")),
            "description": language_map(
                language, reader.text(achievement.get("description"), f"{pointer}/description")
            ),
            # A badge of ours says the minimum in its criteria, and its template says it anew.
            "criteria": language_map(language, narrative and without_result(narrative, language, required)),
            **required,
            "in_language": language,
            **read_alignments(achievement.get("alignment"), f"{pointer}/alignment", language, reader),
        },
        name_pointer=f"{pointer}/name",
        picture=picture if isinstance(picture, str) else None,
        picture_pointer=f"{pointer}/image",
    )
