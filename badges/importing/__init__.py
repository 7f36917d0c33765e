"""read_draft: a draft template from a badge of another system, read by the first source that recognises it.

Nothing is verified here and nothing is trusted: what a badge says becomes the text of a draft, which a person reads
before anything is awarded with it. Every value that is not taken unchanged is noted, by JSON pointer into the badge.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from badges.bake import SIGNATURE
from badges.errors import TemplateError
from badges.importing import edubadges, open_badges_2, open_badges_3, open_educational_badges
from badges.importing.field_reader import FieldReader, Note
from badges.pdf.attachments import attached_text
from badges.template.model import read_template, template_as_json
from badges.verify.files import PdfReader, parse_file
from signing.json_text import Json

#: edubadges comes first, because its study load in Open Badges 2.0 is in hours and that of the next source in minutes,
#: under the same name. What neither of them recognises is read as the standards define it.
SOURCES = (edubadges, open_educational_badges, open_badges_3, open_badges_2)

_PICTURE_DATA_URLS = ("data:image/png;base64,", "data:image/jpeg;base64,")
_MAX_PICTURE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template from a badge of another system, as `read_template` reads it, and the badge's picture.

    `source` is the NAME of the source that recognised the badge. `picture` is neither checked nor cleaned.
    """

    source: str
    body: Json
    picture: bytes | None
    notes: tuple[Note, ...]


def read_draft(file: bytes, read_pdf: PdfReader = attached_text) -> Draft:
    """The Draft in a badge of another system: JSON, a JWS, or a picture or PDF with the badge in it.

    Raises TemplateError with the code `not_a_badge`; `badge_elsewhere` where the file only has the address of the badge
    or its class; or, by JSON pointer into the badge, `required` where the badge has no name.
    """
    parsed = parse_file(file, read_pdf)
    badge = parsed.credential
    if parsed.address or not badge:
        raise TemplateError((("", "badge_elsewhere" if parsed.address else "not_a_badge"),))
    source = next((source for source in SOURCES if source.recognises(badge)), None)
    if source is None:
        raise TemplateError((("", "not_a_badge"),))
    reader = FieldReader()
    fields = source.read(badge, reader)
    if not fields.body.get("name"):
        raise TemplateError(((fields.name_pointer, "required"),))
    picture = file if file.startswith(SIGNATURE) else _decode_picture(fields.picture)
    if picture is None and fields.picture:
        reader.note(fields.picture_pointer, "picture_elsewhere")
    body = template_as_json(read_template(fields.body))
    return Draft(source=source.NAME, body=body, picture=picture, notes=tuple(reader.notes))


def _decode_picture(url: str | None) -> bytes | None:
    """The bytes in a data URL; None for any other address, and for data that is too large or damaged."""
    for start in _PICTURE_DATA_URLS:
        if url and url.startswith(start) and len(url) < _MAX_PICTURE_BYTES * 4 // 3:
            try:
                return base64.b64decode(url.removeprefix(start), validate=True)
            except binascii.Error:
                return None
    return None
