"""Extensions of Open Badges 2.0, objects under `extensions:...`, which some systems also write into 3.0."""

from __future__ import annotations

from typing import Any

from badges.foreign_json import kind_of
from badges.importing.field_reader import object_at
from badges.importing.open_badges_2 import recognises as is_open_badges_2
from badges.importing.open_badges_3 import ACHIEVEMENT_POINTER, achievement_of
from signing.json_text import Json


def find_extension(badge: Json, name: str) -> tuple[Any, str]:
    """The extension and its JSON pointer, from the badge, its achievement or its badge class; None and "" for none."""
    parents = (
        (badge, ""),
        (achievement_of(badge), ACHIEVEMENT_POINTER),
        (object_at(badge, "badge"), "/badge"),
    )
    for parent, pointer in parents:
        if name in parent:
            return parent[name], f"{pointer}/{name}"
    return None, ""


def find_value(badge: Json, name: str, key: str) -> tuple[Any, str]:
    """The member `key` of an extension, and its JSON pointer."""
    extension, pointer = find_extension(badge, name)
    if isinstance(extension, dict):
        return extension.get(key), f"{pointer}/{key}"
    return None, pointer


def has_any(badge: Json, names: tuple[str, ...]) -> bool:
    """Whether it is a badge of Open Badges 2.0 or 3.0 with one of these extensions."""
    is_badge = kind_of(badge) == "achievement" or is_open_badges_2(badge)
    return is_badge and any(find_extension(badge, name)[1] for name in names)
