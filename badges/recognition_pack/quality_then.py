"""Whether each quality assurance was valid on the day of the award, by the days that were signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from badges.eu.parts import achievement_of, language_map
from badges.foreign_json import objects
from badges.recognition_pack.words import pack_texts
from badges.template.fields import Texts
from signing.json_text import Json
from signing.timestamps import from_timestamp

Standing = Literal["valid", "not_valid", "not_stated"]


def quality_on_the_day(credential: Json) -> Iterator[Texts]:
    """A sentence about each quality assurance of the achievement."""
    awarded_at = _moment(credential.get("awardedDate"))
    for assurance in objects(achievement_of(credential).get("accreditation")):
        yield pack_texts(
            "quality", standing(assurance, awarded_at), what=language_map(assurance.get("title"))
        )


def standing(assurance: Json, awarded_at: datetime | None) -> Standing:
    """How it stood at that moment; `not_stated` where it states no days, or one that cannot be read."""
    begins, ends = _moment(assurance.get("dateIssued")), _moment(assurance.get("expiryDate"))
    if awarded_at is None or (begins is None and ends is None):
        return "not_stated"
    is_valid = (begins is None or begins <= awarded_at) and (ends is None or awarded_at <= ends)
    return "valid" if is_valid else "not_valid"


def _moment(value: Any) -> datetime | None:
    try:
        return from_timestamp(value) if isinstance(value, str) else None
    except ValueError:
        return None
