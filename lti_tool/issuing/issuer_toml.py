"""The data of an issuer as a TOML file, to be put in place of the one that ISSUER_FILE names.

Python reads TOML and does not write it. What stands in an issuer's data is little: texts, numbers, yes or no, lists of
texts, tables, and lists of tables. Days are texts, as in the database, and are read as days.
Source: TOML 1.0.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lti_tool.values import Json

#: What the file calls the logo, which is a file beside it.
LOGO_NAME = "logo.png"
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")


def as_toml(data: Json, slug: str) -> str:
    """The file that `issuer_file.read_file` reads as the same data: those of a version of an issuer's profile."""
    whole = {"slug": slug, **data}
    look = data.get("look")
    if isinstance(look, Mapping) and look.get("logo"):
        whole["look"] = {**look, "logo": LOGO_NAME}
    return "\n".join(_lines((), whole)).strip() + "\n"


def _lines(path: Sequence[str], table: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a table, its plain values first: whatever follows a header belongs to it."""
    for name, value in table.items():
        if not _is_table(value) and not _is_list_of_tables(value):
            yield f"{_key(name)} = {_value(value)}"
    for name, value in table.items():
        inner = (*path, _key(name))
        if _is_table(value):
            yield from ("", f"[{'.'.join(inner)}]", *_lines(inner, value))
        elif _is_list_of_tables(value):
            for each in value:
                yield from ("", f"[[{'.'.join(inner)}]]", *_lines(inner, each))


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """A basic string: JSON escapes as TOML does, but for DEL, which TOML asks to be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
