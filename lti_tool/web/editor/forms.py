"""Reads a submitted step into a template's JSON, with what is valid in it and what is wrong with the rest.

The names of a form's fields are JSON pointers into the template, with the language of a text at their end. Nothing that
a person typed is lost: the page shows it again as it was typed, and only valid fields are saved.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from badges.claims import claims_beyond
from badges.errors import TemplateError
from badges.issuer import IssuerProfile
from badges.template.model import read_template
from badges.vocabularies import vocabulary
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field, Step

Form = MultiDict[str, str]
#: The field of a form with the languages to show, in which nothing may be written yet.
LANGUAGES_FIELD = "languages"
_YES_NO = {"yes": True, "no": False}


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
        _set_at(data, field.path, _read(field, form, field.pointer, _value_at(body, field.path)))
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
        _set_at(data, field.path, [*(_value_at(data, field.path) or []), {}])
    return data


# --- Reading


def _read(field: Field, form: Form, pointer: str, before: Any) -> Any:
    """The value of a field as JSON, None where nothing was typed. `before` is its stored value.

    What cannot be read is returned as it was typed, so that validation finds it and the page shows it again.
    """
    entered = _text(form, pointer)
    match field.control:
        case "texts_line" | "texts_area":
            languages = [name for name in _names_below(form, pointer) if f"{pointer}/{name}" in form]
            texts = {language: _text(form, f"{pointer}/{language}") for language in languages}
            return {language: text for language, text in texts.items() if text} or None
        case "checkboxes":
            return form.getlist(pointer) or None
        case "skills":
            return [_skill(iri, before) for iri in dict.fromkeys(form.getlist(pointer))] or None
        case "yes_no":
            return _YES_NO.get(entered, entered or None)
        case "level":
            return (
                {"framework": "EQF", "value": entered}
                if re.fullmatch("-?[0-9]+", entered)
                else entered or None
            )
        case "validity":
            names = [name for name in ("months", "last_day") if _text(form, f"{pointer}/{name}")]
            return {name: _text(form, f"{pointer}/{name}") for name in names} or None
        case "rows":
            return _rows(field, form, pointer, before)
    return entered or None


def _text(form: Form, pointer: str) -> str:
    """The text without outer whitespace, its CRLF, which HTML forms submit, made LF."""
    return form.get(pointer, "").replace("\r\n", "\n").strip(" \n\t")


def _names_below(form: Form, pointer: str) -> Sequence[str]:
    """The next parts of the form's names that begin with the pointer: languages of a text, or numbers of rows."""
    behind = (name.removeprefix(f"{pointer}/") for name in form if name.startswith(f"{pointer}/"))
    return tuple(dict.fromkeys(name.partition("/")[0] for name in behind))


def _rows(field: Field, form: Form, pointer: str, before: Any) -> Any:
    numbers = sorted(int(name) for name in _names_below(form, pointer) if re.fullmatch("[0-9]{1,3}", name))
    removed = form.get("remove", "")
    rows = []
    for number in numbers:
        if f"{pointer}/{number}" == removed:
            continue
        stored = before[number] if isinstance(before, list) and number < len(before) else {}
        row = {
            part.name: _read(part, form, f"{pointer}/{number}/{part.name}", stored.get(part.name))
            for part in field.parts
        }
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows or None


def _skill(iri: str, before: Any) -> Json:
    """A chosen skill, with its names as the vocabulary has them now, or as they were when it was chosen."""
    concept = vocabulary("esco").with_iri(iri)
    if concept is not None:
        return {"iri": iri, "label": dict(concept.label)}
    earlier: list[Json] = [skill for skill in before or () if skill.get("iri") == iri]
    return earlier[0] if earlier else {"iri": iri}


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
    typed, original_pointers = _without_empty_rows(step, data)
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
            _original_pointer(pointer, original_pointers): code
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
            _set_at(valid, field.path, _value_at(body, field.path))
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


def _without_empty_rows(step: Step, data: Json) -> tuple[Json, dict[str, str]]:
    """The data without empty rows, and the pointer that each row had before by the one it has now."""
    data = copy.deepcopy(data)
    original_pointers: dict[str, str] = {}
    for field in step.fields:
        rows = _value_at(data, field.path)
        if field.control != "rows" or not isinstance(rows, list):
            continue
        filled = [(number, row) for number, row in enumerate(rows) if row]
        for new, (old, _row) in enumerate(filled):
            original_pointers[f"{field.pointer}/{new}"] = f"{field.pointer}/{old}"
        _set_at(data, field.path, [row for _number, row in filled] or None)
    return data, original_pointers


def _original_pointer(pointer: str, original_pointers: Mapping[str, str]) -> str:
    """A pointer into the data without empty rows, as the pointer into the data as it was typed."""
    for new, old in original_pointers.items():
        if _is_within(pointer, new):
            return old + pointer.removeprefix(new)
    return pointer


def _is_within(pointer: str, parent: str) -> bool:
    return pointer == parent or pointer.startswith(f"{parent}/")


# --- Paths in JSON


def _value_at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _set_at(data: Json, path: Sequence[str], value: Any) -> None:
    """Sets the value at a path; None removes it."""
    *parents, last = path
    for name in parents:
        data = data.setdefault(name, {})
    data.pop(last, None)
    if value is not None:
        data[last] = value


def field_value(data: Json, field: Field) -> Any:
    """The value of a field in the data, None where it has none."""
    return _value_at(data, field.path)
