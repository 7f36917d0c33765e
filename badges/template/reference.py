"""What the declared fields of a template say to people and to programs: a table for the README, and a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from badges.eu.annex_1 import ELEMENTS
from badges.template.fields import (
    EVERYWHERE,
    FOR_PROGRAMS,
    SIGNED,
    Field,
    Group,
    Items,
    Surface,
    fields_of,
    schema_of,
)
from badges.template.model import Template
from signing.json_text import Json


def template_schema() -> Json:
    """The JSON Schema (draft 2020-12) of a template as JSON or TOML, for editors of such files.

    It accepts whatever `read_template` accepts, except null, unexpanded languages and markup in texts.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Template of an EU micro-credential",
        **schema_of(Template),
    }


def fields_table() -> str:
    """The table of all fields in Markdown: name, meaning, value, EU elements, and where readers meet it."""
    lines = ["| field | meaning | value | element | shown |", "| --- | --- | --- | --- | --- |"]
    return "\n".join((*lines, *_rows(Template))) + "\n"


def _rows(owner: type, parent: str = "") -> Iterator[str]:
    for field in fields_of(owner):
        if isinstance(field.kind, Group):
            yield from _rows(field.kind.of, f"{field.name}.")
            continue
        cells = (
            f"`{parent}{field.name}`",
            field.label.get("en", ""),
            field.kind.words(),
            _element_numbers(field),
            _shown(field),
        )
        yield f"| {' | '.join(cells)} |"


#: The usual places together, by a word.
_TOGETHER = {EVERYWHERE: "everywhere", SIGNED: "signed, pages, certificate, ELM", FOR_PROGRAMS: "signed, ELM"}

_PLACES: Mapping[Surface, str] = {
    "credential": "signed",
    "wallet": "wallets",
    "elm": "ELM",
    "certificate": "certificate",
    "badge_page": "badge page",
    "achievement_page": "achievement page",
}


def _shown(field: Field) -> str:
    if field.kept_inside:
        return f"nowhere: {field.kept_inside}"
    return _TOGETHER.get(field.shown) or ", ".join(_PLACES[name] for name in field.shown)


def _element_numbers(field: Field) -> str:
    parts = fields_of(field.kind.of) if isinstance(field.kind, Items) else ()
    codes = {field.element, *(part.element for part in parts)}
    return ", ".join(str(element.number) for element in ELEMENTS if element.code in codes)
