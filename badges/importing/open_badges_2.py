"""The source for Open Badges 2.0, as Moodle writes it: an assertion with its badge class, or a badge class alone."""

from __future__ import annotations

from typing import Any

from badges.errors import TemplateError
from badges.foreign_json import kind_of, types
from badges.importing.alignments import read_alignments
from badges.importing.field_reader import FieldReader, TemplateFields, language_map, object_at
from signing.json_text import Json

NAME = "Open Badges 2.0, as of Moodle"


def recognises(badge: Json) -> bool:
    """Whether it is an assertion or a badge class of Open Badges 2.0."""
    return kind_of(badge) == "open_badges_2" or "BadgeClass" in types(badge)


def read(badge: Json, reader: FieldReader) -> TemplateFields:
    """The template fields of the badge class. Raises TemplateError where the assertion only has its address."""
    badge_class, pointer = badge_class_of(badge)
    return read_badge_class(badge_class, pointer, reader, "en")


def badge_class_of(badge: Json) -> tuple[Json, str]:
    """The badge class and its JSON pointer. Raises TemplateError where the assertion only has its address."""
    if "BadgeClass" in types(badge):
        return badge, ""
    if isinstance(badge.get("badge"), str):
        raise TemplateError((("/badge", "badge_elsewhere"),))
    return object_at(badge, "badge"), "/badge"


def read_badge_class(
    badge_class: Json, pointer: str, reader: FieldReader, default_language: str
) -> TemplateFields:
    """The template fields of a badge class: name, description, criteria, language, alignments, picture."""
    tag = badge_class.get("@language") or badge_class.get("inLanguage")
    language = reader.language(tag, f"{pointer}/@language", default_language)
    image = badge_class.get("image")
    picture = image if isinstance(image, str) else object_at(badge_class, "image").get("id")
    for name in ("related", "endorsement"):
        if badge_class.get(name):
            reader.note(f"{pointer}/{name}", "no_place")
    return TemplateFields(
        body={
            "name": language_map(language, reader.name(badge_class.get("name"), f"{pointer}/name")),
            "description": language_map(
                language, reader.text(badge_class.get("description"), f"{pointer}/description")
            ),
            "criteria": language_map(
                language, _criteria(badge_class.get("criteria"), f"{pointer}/criteria", reader)
            ),
            "in_language": language,
            **read_alignments(
                badge_class.get("alignment", badge_class.get("alignments")),
                f"{pointer}/alignment",
                language,
                reader,
            ),
        },
        name_pointer=f"{pointer}/name",
        picture=picture if isinstance(picture, str) else None,
        picture_pointer=f"{pointer}/image",
    )


def _criteria(value: Any, pointer: str, reader: FieldReader) -> str | None:
    """The narrative; or the address of a page, where the criteria are nothing else."""
    if isinstance(value, str):
        return reader.text(value, pointer)
    narrative = value.get("narrative") if isinstance(value, dict) else None
    return reader.text(narrative, f"{pointer}/narrative")
