"""What conditions share that are about something with an id and a name: an activity, or a badge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from badges.readable import readable
from lti_tool.conditions.form import FormProblem

_LONGEST_ID = 200
_LONGEST_NAME = 200


def read_id(value: Any) -> str | None:
    """The id in the JSON object of a rule; None where it is none.

    A number is one too: platforms count activities. A quotation mark or a backslash is in no id, and written as JSON
    either could pass for the mark by which the database knows a rule that cannot be read.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    fits = 0 < len(text) <= _LONGEST_ID and text.isprintable() and not set(text) & set('"\\')
    return text if fits else None


def read_name(value: Any) -> str:
    """The name in the JSON object of a rule, readable and in one line, without the two marks of `read_id`."""
    text = " ".join(readable(value).split()) if isinstance(value, str) else ""
    return text.replace('"', "”").replace("\\", "/")[:_LONGEST_NAME]


def read_chosen(
    field: str, typed: Mapping[str, str], choices: Mapping[str, str]
) -> dict[str, str] | FormProblem:
    """The chosen one by its id, under the name of the field, and its name; or what is wrong with it."""
    chosen = typed.get(field, "")
    if not chosen:
        return FormProblem(field=field, code="none_chosen")
    if chosen not in choices:
        return FormProblem(field=field, code="gone")
    return {field: chosen, "name": read_name(choices[chosen])}
