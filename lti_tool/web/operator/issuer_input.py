"""A submitted form of an issuer's settings, on top of what the newest version of its profile says. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.errors import TemplateError
from lti_tool.errors import WrongSettingError
from lti_tool.issuing.issuer_file import read_profile
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field
from lti_tool.web.editor.typed_values import (
    Form,
    original_pointer,
    read_field,
    set_at,
    value_at,
    without_empty_rows,
)

#: The tables of an issuer's file that a form may leave without a value: an empty one says nothing.
_TABLES = ("authority", "awarding", "mail", "look", "privacy", "quality", "feedback", "reviews")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPlace:
    """Where an issuer is found, which its readers need: the URL of the tool, and the slug."""

    tool_url: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerInput:
    """`data`: what was typed, for the page; `body`: the same to be stored.

    `problems`: what is wrong, a code of `badges.errors` or of WrongSettingError by its pointer into `data`; `about`:
    what fills in their sentences. `elsewhere`: pointers to what is wrong in `body` outside the form.
    """

    data: Json
    body: Json
    problems: Mapping[str, str]
    about: Mapping[str, str | int]
    elsewhere: Sequence[str]


def read_part(
    fields: Sequence[Field], form: Form, stored: Json, place: IssuerPlace, now: datetime
) -> IssuerInput:
    """The form with these fields, on top of `stored`, the body of a profile."""
    data = copy.deepcopy(stored)
    for field in fields:
        typed = read_field(field, form, field.pointer, value_at(stored, field.path))
        set_at(data, field.path, _as_number(typed) if field.control == "number" else typed)
    return judged(fields, data, place, now)


def read_item(
    name: str,
    number: int,
    fields: Sequence[Field],
    form: Form,
    stored: Json,
    place: IssuerPlace,
    now: datetime,
) -> IssuerInput:
    """The form of one item of the list `name`, the `number`th from 0, or one more at its end.

    `data` and the pointers of `problems` are those of the item alone.
    """
    body = copy.deepcopy(stored)
    items = body.setdefault(name, [])
    read = {field.name: read_field(field, form, field.pointer, None) for field in fields}
    item = {key: value for key, value in read.items() if value is not None}
    items[number : number + 1] = [item]
    found, about = _problems(body, place, now)
    inside = f"/{name}/{number}"
    return IssuerInput(
        data=item,
        body=body,
        problems={
            pointer.removeprefix(inside): code
            for pointer, code in reversed(found)
            if pointer == inside or pointer.startswith(f"{inside}/")
        },
        about=about,
        elsewhere=[pointer for pointer, _code in found if not f"{pointer}/".startswith(f"{inside}/")],
    )


def judged(fields: Sequence[Field], data: Json, place: IssuerPlace, now: datetime) -> IssuerInput:
    """The data with their problems, as the readers of an issuer's file find them."""
    body, pointers = without_empty_rows(fields, data)
    for table in _TABLES:
        if body.get(table) == {}:
            del body[table]
    found, about = _problems(body, place, now)
    problems: dict[str, str] = {}
    elsewhere = []
    for pointer, code in found:
        field = next((each for each in fields if each.contains(pointer)), None)
        if field is None:
            elsewhere.append(pointer)
        else:
            problems.setdefault(_shown_at(field, original_pointer(pointer, pointers)), code)
    return IssuerInput(data=data, body=body, problems=problems, about=about, elsewhere=elsewhere)


def _problems(
    body: Json, place: IssuerPlace, now: datetime
) -> tuple[Sequence[tuple[str, str]], Mapping[str, str | int]]:
    try:
        read_profile({**body, "slug": place.slug}, place.tool_url, now)
    except TemplateError as error:
        return error.problems, {}
    except WrongSettingError as error:
        return [(error.pointer, error.code)], error.about
    return [], {}


def _shown_at(field: Field, pointer: str) -> str:
    """Where the page says it: a field of lines has one place for all of them."""
    return field.pointer if field.control == "lines" else pointer


def _as_number(typed: Any) -> Any:
    """A whole number as the file would have it; anything else as it was typed."""
    return (
        int(typed)
        if isinstance(typed, str) and typed.isascii() and typed.isdigit() and len(typed) < 9
        else typed
    )
