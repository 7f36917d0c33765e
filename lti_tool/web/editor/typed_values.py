"""What was typed into a form, read into JSON by the fields that the form has. Pure.

The names of a form's fields are JSON pointers, with the language of a text at their end. What cannot be read is kept as
it was typed, so that the page can show it again.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from badges.template.price import FREE
from badges.vocabularies import vocabulary
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field

Form = MultiDict[str, str]
_YES_NO = {"yes": True, "no": False}


def read_field(field: Field, form: Form, pointer: str, before: Any) -> Any:
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
        case "lines":
            return [line for line in map(str.strip, entered.splitlines()) if line] or None
        case "skills":
            return [_skill(iri, before) for iri in dict.fromkeys(form.getlist(pointer))] or None
        case "yes_no":
            return _YES_NO.get(entered, entered or None)
        case "price":
            return _price(_text(form, f"{pointer}/amount"), _text(form, f"{pointer}/currency"))
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


def _price(amount: str, currency: str) -> str | None:
    """The amount as it is typed, with its currency, in the form that a template has it."""
    amount = amount.replace(",", ".").replace(" ", "")
    if re.fullmatch(r"0(\.0{1,2})?", amount):
        return FREE
    return f"{amount} {currency}".strip() if amount else None


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
            part.name: read_field(part, form, f"{pointer}/{number}/{part.name}", stored.get(part.name))
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


def without_empty_rows(fields: Iterable[Field], data: Json) -> tuple[Json, dict[str, str]]:
    """The data without empty rows, and the pointer that each row had before by the one it has now."""
    data = copy.deepcopy(data)
    original_pointers: dict[str, str] = {}
    for field in fields:
        rows = value_at(data, field.path)
        if field.control != "rows" or not isinstance(rows, list):
            continue
        filled = [(number, row) for number, row in enumerate(rows) if row]
        for new, (old, _row) in enumerate(filled):
            original_pointers[f"{field.pointer}/{new}"] = f"{field.pointer}/{old}"
        set_at(data, field.path, [row for _number, row in filled] or None)
    return data, original_pointers


def original_pointer(pointer: str, original_pointers: Mapping[str, str]) -> str:
    """A pointer into the data without empty rows, as the pointer into the data as it was typed."""
    for new, old in original_pointers.items():
        if _is_within(pointer, new):
            return old + pointer.removeprefix(new)
    return pointer


def _is_within(pointer: str, parent: str) -> bool:
    return pointer == parent or pointer.startswith(f"{parent}/")


# --- Paths in JSON


def value_at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def set_at(data: Json, path: Sequence[str], value: Any) -> None:
    """Sets the value at a path; None removes it."""
    *parents, last = path
    for name in parents:
        data = data.setdefault(name, {})
    data.pop(last, None)
    if value is not None:
        data[last] = value
