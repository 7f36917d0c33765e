"""What somebody typed in a step: read as a template's JSON, what is sound of it, and what is wrong with the rest.

The names of a form's fields are JSON pointers into the template, with the language of a text at their end.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from badges.errors import TemplateError
from badges.template.model import read_template
from badges.vocabularies import vocabulary
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field, Step

Form = MultiDict[str, str]
#: The languages that a form carries along, though nothing is written in them yet.
LANGUAGES = "languages"
_TRUTH = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """`data`: the template as it was typed, for the page. `sound`: what of it can be kept, the rest as it was.

    `problems`: what is wrong, a code by the pointer into `data`.
    """

    data: Json
    sound: Json
    problems: Mapping[str, str]


def languages_of(data: Json, also: Sequence[str] = ()) -> tuple[str, ...]:
    """The languages a template is written in, its main one first, and those that somebody wants to add."""
    known = vocabulary("languages")
    name = data.get("name")
    wanted = (data.get("in_language", "en"), *(name if isinstance(name, dict) else ()), *also)
    return tuple(dict.fromkeys(language for language in wanted if language in known))


def typed(step: Step, form: Form, body: Json, today: date) -> Typed:
    """What the form of a step says, on top of what the template says already."""
    data = copy.deepcopy(body)
    for field in step.fields:
        _put(data, field.path, _read(field, form, field.pointer, _at(body, field.path)))
    return _checked(step, data, body, today)


def with_row(step: Step, data: Json, pointer: str) -> Json:
    """The same with one more row, to be filled in, in the list at the pointer."""
    data = copy.deepcopy(data)
    field = next((field for field in step.fields if field.kind == "rows" and field.pointer == pointer), None)
    if field is not None:
        _put(data, field.path, [*(_at(data, field.path) or []), {}])
    return data


# --- reading


def _read(field: Field, form: Form, pointer: str, before: Any) -> Any:
    """None where nothing was typed."""
    said = _text(form, pointer)
    match field.kind:
        case "texts_line" | "texts_area":
            languages = [name for name in _next_names(form, pointer) if f"{pointer}/{name}" in form]
            texts = {language: _text(form, f"{pointer}/{language}") for language in languages}
            return {language: text for language, text in texts.items() if text} or None
        case "ticks":
            return form.getlist(pointer) or None
        case "skills":
            return [_skill(iri, before) for iri in dict.fromkeys(form.getlist(pointer))] or None
        case "truth":
            return _TRUTH.get(said, said or None)
        case "level":
            return {"framework": "EQF", "value": said} if re.fullmatch("-?[0-9]+", said) else said or None
        case "rows":
            return _rows(field, form, pointer, before)
    return said or None


def _text(form: Form, pointer: str) -> str:
    """The text without outer whitespace, its CRLF, which HTML forms submit, made LF."""
    return form.get(pointer, "").replace("\r\n", "\n").strip(" \n\t")


def _next_names(form: Form, pointer: str) -> Sequence[str]:
    """What stands behind the pointer in the names of the form, up to the next slash: languages, numbers of rows."""
    behind = (name.removeprefix(f"{pointer}/") for name in form if name.startswith(f"{pointer}/"))
    return tuple(dict.fromkeys(name.partition("/")[0] for name in behind))


def _rows(field: Field, form: Form, pointer: str, before: Any) -> Any:
    numbers = sorted(int(name) for name in _next_names(form, pointer) if re.fullmatch("[0-9]{1,3}", name))
    removed = form.get("remove", "")
    rows = []
    for number in numbers:
        if f"{pointer}/{number}" == removed:
            continue
        known = before[number] if isinstance(before, list) and number < len(before) else {}
        row = {
            part.name: _read(part, form, f"{pointer}/{number}/{part.name}", known.get(part.name))
            for part in field.parts
        }
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows or None


def _skill(iri: str, before: Any) -> Json:
    """A chosen skill, with its names as the list has them now, or as they were when it was chosen."""
    concept = vocabulary("esco").with_iri(iri)
    if concept is not None:
        return {"iri": iri, "label": dict(concept.label)}
    kept: list[Json] = [skill for skill in before or () if skill.get("iri") == iri]
    return kept[0] if kept else {"iri": iri}


# --- judging


def _checked(step: Step, data: Json, body: Json, today: date) -> Typed:
    """Rows with nothing in them stay on the page, but are no part of the template."""
    sound, places = _filled(step, data)
    problems = _problems(sound, today)
    for pointer in problems:
        field = next((one for one in step.fields if _within(pointer, one.pointer)), None)
        if field is not None:
            _put(sound, field.path, _at(body, field.path))
    if problems and _problems(sound, today):  # two fields that do not go together: none of this step is kept
        sound = body
    return Typed(
        data=data, sound=sound, problems={_back(pointer, places): code for pointer, code in problems.items()}
    )


def _problems(data: Json, today: date) -> dict[str, str]:
    """The first thing that is wrong at each place."""
    try:
        read_template(data, today)
    except TemplateError as error:
        return dict(reversed(error.problems))
    return {}


def _filled(step: Step, data: Json) -> tuple[Json, dict[str, str]]:
    """The data without empty rows, and where each row of it stood before."""
    data = copy.deepcopy(data)
    places: dict[str, str] = {}
    for field in step.fields:
        rows = _at(data, field.path)
        if field.kind != "rows" or not isinstance(rows, list):
            continue
        filled = [(number, row) for number, row in enumerate(rows) if row]
        for new, (old, _row) in enumerate(filled):
            places[f"{field.pointer}/{new}"] = f"{field.pointer}/{old}"
        _put(data, field.path, [row for _number, row in filled] or None)
    return data, places


def _back(pointer: str, places: Mapping[str, str]) -> str:
    for new, old in places.items():
        if _within(pointer, new):
            return old + pointer.removeprefix(new)
    return pointer


def _within(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")


# --- places in JSON


def _at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _put(data: Json, path: Sequence[str], value: Any) -> None:
    """Sets what stands at the path; with None nothing stands there any more."""
    *way, last = path
    for name in way:
        data = data.setdefault(name, {})
    data.pop(last, None)
    if value is not None:
        data[last] = value


def value_at(data: Json, field: Field) -> Any:
    """What the data says in a field of a step."""
    return _at(data, field.path)
