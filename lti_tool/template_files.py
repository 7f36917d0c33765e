"""One JSON file that holds a template, to be carried to another installation; one from elsewhere is never trusted."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from badges.errors import PictureError, TemplateError
from badges.pictures import fit
from badges.template import read_template, template_as_json
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json

FORMAT = "nozimite-template-1"
_PNG = "data:image/png;base64,"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file brought: the template as `badges.template.read_template` reads it, and its own picture, if any."""

    body: Json
    picture: bytes | None


def exported(row: TemplateVersion) -> str:
    """The file of a version: its words, and its picture where that was not drawn from them."""
    found: Json = {"format": FORMAT, "template": row.body}
    if row.own_picture:
        found["picture"] = _PNG + base64.b64encode(row.picture).decode()
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def imported(file: bytes, today: date) -> Imported:
    """What the file holds: one of ours, or a bare template as JSON.

    Raises TemplateError: every problem with its JSON pointer into the file.
    """
    try:
        data: Any = json.loads(file)
    except (ValueError, RecursionError) as error:
        raise TemplateError((("", "not_json"),)) from error
    if not isinstance(data, dict) or "format" not in data:
        return Imported(body=template_as_json(read_template(data, today)), picture=None)
    problems = [
        (f"/{name}", "unknown_field") for name in data if name not in ("format", "template", "picture")
    ]
    if data["format"] != FORMAT:
        problems.append(("/format", "unknown_code"))
    body: Json = {}
    picture = None
    try:
        body = template_as_json(read_template(data.get("template", {}), today))
    except TemplateError as error:
        problems += [(f"/template{pointer}", code) for pointer, code in error.problems]
    try:
        picture = _picture(data.get("picture"))
    except PictureError as error:
        problems.append(("/picture", error.code))
    if problems:
        raise TemplateError(tuple(problems))
    return Imported(body=body, picture=picture)


def _picture(text: Any) -> bytes | None:
    if text is None:
        return None
    try:
        data = base64.b64decode(str(text).removeprefix(_PNG), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureError("not_a_picture", "This is not a picture.") from error
    return fit(data)
