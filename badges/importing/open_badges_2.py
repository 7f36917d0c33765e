"""Open Badges 2.0 as Moodle's core writes them: an assertion with its badge class in it, or the badge class alone."""

from __future__ import annotations

from typing import Any

from badges.errors import TemplateError
from badges.importing.alignments import read_alignments
from badges.importing.foreign import Foreign, Found, inside, texts
from badges.verify.foreign_json import kind_of, types
from signing.json_text import Json

NAME = "Open Badges 2.0, as of Moodle"


def recognises(badge: Json) -> bool:
    """Whether it is an assertion or a badge class of Open Badges 2.0."""
    return kind_of(badge) == "open_badges_2" or "BadgeClass" in types(badge)


def read(badge: Json, foreign: Foreign) -> Found:
    """What the badge class says; raises TemplateError where the assertion only names its address."""
    badge_class, where = badge_class_of(badge)
    return read_badge_class(badge_class, where, foreign, "en")


def badge_class_of(badge: Json) -> tuple[Json, str]:
    """The badge class and its JSON pointer."""
    if "BadgeClass" in types(badge):
        return badge, ""
    if isinstance(badge.get("badge"), str):
        raise TemplateError((("/badge", "badge_elsewhere"),))
    return inside(badge, "badge"), "/badge"


def read_badge_class(badge_class: Json, at: str, foreign: Foreign, default_language: str) -> Found:
    """Name, description, criteria, language, alignments and picture of a badge class."""
    tag = badge_class.get("@language") or badge_class.get("inLanguage")
    language = foreign.language(tag, f"{at}/@language", default_language)
    image = badge_class.get("image")
    picture = image if isinstance(image, str) else inside(badge_class, "image").get("id")
    for name in ("related", "endorsement"):
        if badge_class.get(name):
            foreign.note(f"{at}/{name}", "no_place")
    return Found(
        body={
            "name": texts(language, foreign.name(badge_class.get("name"), f"{at}/name")),
            "description": texts(language, foreign.text(badge_class.get("description"), f"{at}/description")),
            "criteria": texts(language, _criteria(badge_class.get("criteria"), f"{at}/criteria", foreign)),
            "in_language": language,
            **read_alignments(
                badge_class.get("alignment", badge_class.get("alignments")),
                f"{at}/alignment",
                language,
                foreign,
            ),
        },
        name_at=f"{at}/name",
        picture=picture if isinstance(picture, str) else None,
        picture_at=f"{at}/image",
    )


def _criteria(value: Any, pointer: str, foreign: Foreign) -> str | None:
    """The narrative; where the badge only leads to a page, its address stands for it."""
    if isinstance(value, str):
        return foreign.text(value, pointer)
    narrative = value.get("narrative") if isinstance(value, dict) else None
    return foreign.text(narrative, f"{pointer}/narrative")
