"""Badges of others as the beginning of a template: a file a source, the first that recognises the badge reads it.

Nothing is verified here and nothing is believed: what a badge says becomes words in a draft, which a person reads
before anything is awarded with it. What is not taken as it stood is noted, by JSON pointer into the badge.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from badges.bake import SIGNATURE
from badges.errors import TemplateError
from badges.importing import edubadges, open_badges_2, open_badges_3, open_educational_badges
from badges.importing.foreign import Foreign, Note
from badges.template.model import read_template, template_as_json
from badges.verify.files import parse_file
from signing.json_text import Json

#: edubadges comes first, for its study load of Open Badges 2.0 is in hours and that of the next in minutes; whatever
#: is left is read by what the standards say.
SOURCES = (edubadges, open_educational_badges, open_badges_3, open_badges_2)

_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")
_LARGEST_PICTURE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a badge of another system gives: a template as `read_template` reads it, and its picture.

    `source` is the NAME of who recognised it. The picture is as it was found, so neither checked nor cleaned.
    """

    source: str
    body: Json
    picture: bytes | None
    notes: tuple[Note, ...]


def draft_of(file: bytes) -> Draft:
    """The Draft in a badge of another system: JSON, a JWS, or a picture with the badge baked into it.

    Raises TemplateError: `not_a_badge`, `badge_elsewhere` where the file only names the address of what was awarded,
    or, by JSON pointer into the badge, what every template has and the badge has not.
    """
    opened = parse_file(file)
    badge = opened.credential
    if opened.address or not badge:
        raise TemplateError((("", "badge_elsewhere" if opened.address else "not_a_badge"),))
    source = next((source for source in SOURCES if source.recognises(badge)), None)
    if source is None:
        raise TemplateError((("", "not_a_badge"),))
    foreign = Foreign()
    found = source.read(badge, foreign)
    if not found.body.get("name"):
        raise TemplateError(((found.name_at, "required"),))
    picture = file if file.startswith(SIGNATURE) else _picture(found.picture)
    if picture is None and found.picture:
        foreign.note(found.picture_at, "picture_elsewhere")
    body = template_as_json(read_template(found.body))
    return Draft(source=source.NAME, body=body, picture=picture, notes=tuple(foreign.notes))


def _picture(text: str | None) -> bytes | None:
    for start in _PICTURES:
        if text and text.startswith(start) and len(text) < _LARGEST_PICTURE * 4 // 3:
            try:
                return base64.b64decode(text.removeprefix(start), validate=True)
            except binascii.Error:
                return None
    return None
