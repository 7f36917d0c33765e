"""Template files: exporting a template as JSON, and importing one, or a badge of another system as a new draft.

A file may come from anywhere, so everything in it is checked like the input of a form.
"""

from __future__ import annotations

import base64
import binascii
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from badges.artwork import undrawn
from badges.claims import check_claims, claims_beyond
from badges.errors import PictureError, TemplateError
from badges.eu import elements
from badges.eu.annex_1 import ELEMENTS
from badges.importing import read_draft
from badges.importing.field_reader import Note
from badges.issuer import IssuerProfile
from badges.pictures import OwnPicture, fit_picture
from badges.template.model import read_template, template_as_json
from badges.template.wording import other_percentages, too_little
from lti_tool import bounded_process
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.own_pictures import read_picture
from lti_tool.values import Json

FORMAT = "nozimite-template-1"
_PNG, _SVG = "data:image/png;base64,", "data:image/svg+xml;base64,"
#: Members of which a badge of any standard has at least one, and a template none.
_BADGE_MEMBERS = {"@context", "credentialSubject", "badge"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The content of a file: a template as `badges.template.model.read_template` reads it, and its picture, if any.

    For a badge of another system `source` names the importer that read it, and `notes` list what could not be taken
    over unchanged.
    """

    body: Json
    picture: OwnPicture | None
    source: str | None = None
    notes: tuple[Note, ...] = ()


def export_json(row: TemplateVersion) -> str:
    """The file of a version as JSON: the template, and its picture if that was uploaded."""
    data: Json = {"format": FORMAT, "template": row.body}
    if row.own_picture:
        kind, file = (_SVG, row.drawing) if row.drawing else (_PNG, row.picture)
        data["picture"] = kind + base64.b64encode(file).decode()
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def import_json(file: bytes, issuer: IssuerProfile, today: date) -> Imported:
    """The content of a file of `export_json`, of a bare template as JSON, or of a badge of another system in any form.

    What a badge of another system claims beyond the issuer's settings is left out, and noted. Raises TemplateError with
    every problem of a template and its JSON pointer in the file; claims beyond the settings are problems too.
    """
    try:
        data: Any = json.loads(file)
    except (ValueError, RecursionError):
        return _import_badge(file, issuer)
    if isinstance(data, dict) and _BADGE_MEMBERS & data.keys():
        return _import_badge(file, issuer)
    if not isinstance(data, dict) or "format" not in data:
        return Imported(body=_read(data, issuer, today), picture=None)
    problems = [
        (f"/{name}", "unknown_field") for name in data if name not in ("format", "template", "picture")
    ]
    if data["format"] != FORMAT:
        problems.append(("/format", "unknown_code"))
    body: Json = {}
    picture = None
    try:
        body = _read(data.get("template", {}), issuer, today)
    except TemplateError as error:
        problems += [(f"/template{pointer}", code) for pointer, code in error.problems]
    try:
        picture = _picture(data.get("picture"))
    except PictureError as error:
        problems.append(("/picture", error.code))
    if problems:
        raise TemplateError(tuple(problems))
    return Imported(body=body, picture=picture)


def read_file(file: Path, issuer: IssuerProfile, today: date) -> Imported:
    """The content of a TOML file of a template, or of any file that `import_json` reads.

    Raises OSError where it cannot be read, TemplateError as `import_json` does.
    """
    content = file.read_bytes()
    if file.suffix != ".toml":
        return import_json(content, issuer, today)
    try:
        data = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise TemplateError((("", "not_toml"),)) from error
    return Imported(body=_read(data, issuer, today), picture=None)


def as_lines(imported: Imported, issuer: IssuerProfile) -> Iterator[str]:
    """Lines for the command, their parts separated by tabs: the source, each missing element, each note.

    Also each field that says too little to be published, each percentage that is not the minimum result, and the
    characters that picture or certificate leave out.
    """
    if imported.source:
        yield f"source\t{imported.source}"
    template = read_template(imported.body)
    missing = elements.missing(template, issuer)
    for element in ELEMENTS:
        if element.code in missing:
            yield f"missing\t{element.code}\t{element.label['en']}"
    for pointer, code in too_little(template):
        yield f"too little\t{pointer}\t{code}"
    for pointer, written in other_percentages(template):
        yield f"percentage\t{pointer}\t{written}"
    for pointer, characters in undrawn(template, issuer):
        yield f"not drawn\t{pointer}\t{characters}"
    for note in imported.notes:
        yield f"note\t{note.pointer or '/'}\t{note.code}\t{note.detail}".rstrip()


def _read(data: Json, issuer: IssuerProfile, today: date) -> Json:
    """The template in `data`, as it is stored. Raises TemplateError with every problem."""
    template = read_template(data, today)
    check_claims(template, issuer)
    return template_as_json(template)


def _import_badge(file: bytes, issuer: IssuerProfile) -> Imported:
    draft = read_draft(file, bounded_process.attached_text)
    beyond = claims_beyond(read_template(draft.body), issuer)
    picture, notes = None, draft.notes
    notes += tuple(Note(pointer=pointer, code="beyond_settings") for pointer, _code in beyond)
    try:
        picture = OwnPicture(png=fit_picture(draft.picture)) if draft.picture else None
    except PictureError as error:
        notes += (Note(pointer="", code=error.code),)
    body = _without(draft.body, [pointer for pointer, _code in beyond])
    return Imported(body=body, picture=picture, source=draft.source, notes=notes)


def _without(body: Json, pointers: Sequence[str]) -> Json:
    """The template without the fields at these pointers; of a list without the items that they lead into."""
    left_out = {tuple(pointer.split("/")[1:3]) for pointer in pointers}
    kept: Json = {}
    for name, value in body.items():
        if isinstance(value, list):
            items = [item for number, item in enumerate(value) if (name, str(number)) not in left_out]
            kept |= {name: items} if items else {}
        elif not any(path[0] == name for path in left_out):
            kept[name] = value
    return kept


def _picture(text: Any) -> OwnPicture | None:
    if text is None:
        return None
    try:
        data = base64.b64decode(str(text).removeprefix(_PNG).removeprefix(_SVG), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureError("not_a_picture", "This is not a picture.") from error
    return read_picture(data)
