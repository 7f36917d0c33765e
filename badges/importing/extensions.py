"""Extensions of Open Badges 2.0, objects under `extensions:...`, which some write into 3.0 as well."""

from __future__ import annotations

from typing import Any

from badges.importing.foreign import inside
from badges.importing.open_badges_2 import recognises as is_open_badges_2
from badges.importing.open_badges_3 import ACHIEVEMENT_AT, achievement_of
from badges.verify.foreign_json import kind_of
from signing.json_text import Json


def extension(badge: Json, name: str) -> tuple[Any, str]:
    """The extension and its JSON pointer, wherever it stands: by the badge, its achievement or its class."""
    places = ((badge, ""), (achievement_of(badge), ACHIEVEMENT_AT), (inside(badge, "badge"), "/badge"))
    for holder, pointer in places:
        if name in holder:
            return holder[name], f"{pointer}/{name}"
    return None, ""


def value_in(badge: Json, name: str, key: str) -> tuple[Any, str]:
    """What an extension says under `key`, and its JSON pointer."""
    found, pointer = extension(badge, name)
    return (found.get(key), f"{pointer}/{key}") if isinstance(found, dict) else (None, pointer)


def has_any(badge: Json, names: tuple[str, ...]) -> bool:
    """Whether it is a badge, of either standard, with one of these extensions."""
    known = kind_of(badge) == "achievement" or is_open_badges_2(badge)
    return known and any(extension(badge, name)[1] for name in names)
