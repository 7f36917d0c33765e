"""Reads a submitted step into a template's JSON, with what is valid in it and what is wrong with the rest.

The names of a form's fields are JSON pointers into the template, with the language of a text at their end. Nothing that
a person typed is lost: the page shows it again as it was typed, and only valid fields are saved.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from badges.claims import claims_beyond
from badges.errors import TemplateError
from badges.issuer import IssuerProfile
from badges.template.model import read_template
from badges.vocabularies import vocabulary
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field, Step
from lti_tool.web.editor.typed_values import (
    Form,
    original_pointer,
    read_field,
    set_at,
    value_at,
    without_empty_rows,
)

#: The field of a form with the languages to show, in which nothing may be written yet.
LANGUAGES_FIELD = "languages"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """`data`: the template as it was typed, for the page. `valid_data`: with invalid fields as they are stored.

    `problems`: what is wrong, a code of `badges.errors` by its pointer into `data`.
    """

    data: Json
    valid_data: Json
    problems: Mapping[str, str]


def languages_of(data: Json, also: Sequence[str] = ()) -> tuple[str, ...]:
    """The languages a template is written in, its main one first, then `also`, as far as they are known."""
    known = vocabulary("languages")
    name = data.get("name")
    languages = (data.get("in_language", "en"), *(name if isinstance(name, dict) else ()), *also)
    return tuple(dict.fromkeys(language for language in languages if language in known))


def read_step(step: Step, form: Form, body: Json, issuer: IssuerProfile, today: date) -> StepInput:
    """The submitted form of a step, on top of `body`, the template as it is stored.

    A claim that the issuer's settings do not allow is a problem of its field, as any mistake is.
    """
    data = copy.deepcopy(body)
    for field in step.fields:
        set_at(data, field.path, read_field(field, form, field.pointer, value_at(body, field.path)))
    return _validated(step, data, body, issuer, today)


def with_changes(step_input: StepInput, changes: Json, issuer: IssuerProfile) -> StepInput:
    """The input with proposed values, by field; what the issuer's settings do not allow is left out."""
    beyond = claims_beyond(read_template({**step_input.valid_data, **changes}), issuer)
    claimed = {pointer.split("/")[1] for pointer, _code in beyond}
    allowed = {name: value for name, value in changes.items() if name not in claimed}
    return replace(
        step_input,
        data={**step_input.data, **allowed},
        valid_data={**step_input.valid_data, **allowed},
    )


def with_added_row(step: Step, data: Json, pointer: str) -> Json:
    """The data with an empty row added to the list at the pointer; unchanged where the step has no such list."""
    data = copy.deepcopy(data)
    field = next(
        (field for field in step.fields if field.control == "rows" and field.pointer == pointer), None
    )
    if field is not None:
        set_at(data, field.path, [*(value_at(data, field.path) or []), {}])
    return data


# --- Validation


def claims_in_step(step: Step, data: Json, issuer: IssuerProfile) -> dict[str, str]:
    """The claims in a step of a template that the issuer's settings do not allow: a code by its pointer."""
    return {
        pointer: code
        for pointer, code in claims_beyond(read_template(data), issuer)
        if _field_at(step, pointer) is not None
    }


def _validated(step: Step, data: Json, body: Json, issuer: IssuerProfile, today: date) -> StepInput:
    """The input with its problems; empty rows stay on the page, but are no part of the template."""
    typed, original_pointers = without_empty_rows(step.fields, data)
    problems = _problems(typed, today)
    valid = _put_back(step, problems, typed, body, today)
    wrong = {_field_at(step, pointer) for pointer in problems}
    claims = {
        pointer: code
        for pointer, code in claims_in_step(step, valid, issuer).items()
        if _field_at(step, pointer) not in wrong
    }
    return StepInput(
        data=data,
        valid_data=_put_back(step, claims, valid, body, today),
        problems={
            original_pointer(pointer, original_pointers): code
            for pointer, code in (problems | claims).items()
        },
    )


def _put_back(step: Step, problems: Mapping[str, str], data: Json, body: Json, today: date) -> Json:
    """The data with each field that has a problem as it is stored in `body`."""
    if not problems:
        return data
    valid = copy.deepcopy(data)
    for pointer in problems:
        field = _field_at(step, pointer)
        if field is not None:
            set_at(valid, field.path, value_at(body, field.path))
    # Two fields may be valid each by itself and not together, such as a level and “no level applies”. With one of them
    # put back the template is still not valid; then nothing of this step is saved.
    return body if _problems(valid, today) else valid


def _field_at(step: Step, pointer: str) -> Field | None:
    """The field of the step in which a pointer lies."""
    return next((field for field in step.fields if field.contains(pointer)), None)


def _problems(data: Json, today: date) -> dict[str, str]:
    """The first problem at each pointer."""
    try:
        read_template(data, today)
    except TemplateError as error:
        # The first of several comes last, and so stays.
        return dict(reversed(error.problems))
    return {}


def field_value(data: Json, field: Field) -> Any:
    """The value of a field in the data, None where it has none."""
    return value_at(data, field.path)
