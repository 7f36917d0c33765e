"""Fields: what a template consists of. A field is declared once, where its class has it.

    credits: Decimal | None = declare(
        Number(maximum=400), section="learning", element="notional_workload", label={"en": ..., "lv": ...}
    )

From the declaration follow how it is read (`read_fields`), its control in the editor, whether a draft states its EU
element, what quality rules can be about, where readers meet it, the JSON Schema of a template and the table in the
README (`badges.template.reference`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from badges.reader import MOST_ITEMS, Reader, at
from badges.template.kinds import Control, Kind
from signing.json_text import Json

#: One text by language: {"en": "...", "lv": "..."}. No text in it is empty.
Texts = Mapping[str, str]

#: The parts of a template: each is a step of the editor.
Section = Literal["badge", "learning", "assessment", "more"]

#: Where readers meet what a field says: in a term of the signed credential; in its native words, which every wallet
#: shows; in the European Learning Model; on the certificate; on the page of a badge; on the page of the achievement.
Surface = Literal["credential", "wallet", "elm", "certificate", "badge_page", "achievement_page"]

EVERYWHERE: tuple[Surface, ...] = (
    "credential",
    "wallet",
    "elm",
    "certificate",
    "badge_page",
    "achievement_page",
)
#: Signed, and shown wherever our extension is known.
SIGNED: tuple[Surface, ...] = ("credential", "elm", "certificate", "badge_page", "achievement_page")
#: Signed for programs; no page has words for it.
FOR_PROGRAMS: tuple[Surface, ...] = ("credential", "elm")

#: The parts of an achievement's page that have what is not signed.
Topic = Literal["course", "quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a template, or of one of the objects in it.

    `element` is the code of the EU element that it states, "" for none. A field without a `section` is part of an
    object, or asked for only where a quality framework is about it. A `rare` one is folded away in the editor. `hint`
    is the sentence below its `label`, in English and Latvian. EU Annex I asks for a field with `must` or `should`: the
    sentence that says what to do where the field is empty; without a `must` field nothing is published.

    `shown` says where readers meet it. The achievement's page and the European Learning Model show a field that is not
    in the credential by themselves, with its label: the page under its `topic`, the model as a note. How a field of
    the credential is signed and read is written in `badges`. One that nobody outside the institution meets says why:
    `kept_inside`.
    """

    name: str = ""
    kind: Kind
    label: Texts = dataclasses.field(default_factory=dict)
    hint: Texts = dataclasses.field(default_factory=dict)
    section: Section | None = None
    element: str = ""
    rare: bool = False
    must: Texts = dataclasses.field(default_factory=dict)
    should: Texts = dataclasses.field(default_factory=dict)
    shown: tuple[Surface, ...] = ("achievement_page",)
    topic: Topic = "course"
    kept_inside: str = ""

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """Where readers meet it; nowhere, where it is kept inside."""
        return () if self.kept_inside else self.shown


def declare(kind: Kind, **settings: Any) -> Any:
    """A dataclass field of this kind; `settings` are those of Field. A required one has no default."""
    metadata = {Field: Field(kind=kind, **settings)}
    if kind.required:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default_factory=kind.empty, metadata=metadata)


@cache
def fields_of(owner: type) -> tuple[Field, ...]:
    """The declared fields of a dataclass, in their order."""
    return tuple(dataclasses.replace(one.metadata[Field], name=one.name) for one in dataclasses.fields(owner))


def read_fields(owner: type, reader: Reader, data: Any, pointer: str) -> dict[str, Any]:
    """The value of each field of `owner` in an object; problems are added to `reader`, unknown fields too."""
    fields = fields_of(owner)
    known = reader.known_fields(data, pointer, tuple(field.name for field in fields))
    return {
        field.name: field.kind.read(reader, known.get(field.name), at(pointer, field.name))
        for field in fields
    }


def schema_of(owner: type) -> Json:
    """The JSON Schema of an object with the fields of `owner`."""
    fields = fields_of(owner)
    required = [field.name for field in fields if field.kind.required]
    return {
        "type": "object",
        "properties": {field.name: _described(field) for field in fields},
        "additionalProperties": False,
    } | ({"required": required} if required else {})


def _described(field: Field) -> Json:
    texts = {"title": field.label.get("en"), "description": field.hint.get("en")}
    return {name: text for name, text in texts.items() if text} | field.kind.schema()


@dataclass(frozen=True)
class Items(Kind):
    """A list of objects of the class `of`.

    `check` adds the problems of a whole item; `add` labels the button that adds one.
    """

    of: type
    control: Control = "rows"
    vocabulary: str = ""
    add: Texts = dataclasses.field(default_factory=dict)
    check: Callable[[Reader, Any, str], None] | None = None

    def empty(self) -> tuple[Any, ...]:
        return ()

    def read(self, reader: Reader, value: Any, pointer: str) -> tuple[Any, ...]:
        return reader.items(value, pointer, self.read_item)

    def read_item(self, reader: Reader, value: Any, pointer: str) -> Any:
        item = self.of(**read_fields(self.of, reader, value, pointer))
        if self.check is not None:
            self.check(reader, item, pointer)
        return item

    def schema(self) -> Json:
        return {"type": "array", "maxItems": MOST_ITEMS, "items": schema_of(self.of)}

    def words(self) -> str:
        return "list of " + ", ".join(f"`{field.name}` {field.kind.words()}" for field in fields_of(self.of))


@dataclass(frozen=True)
class Group(Kind):
    """An object of the class `of`, whose fields stand in forms like the template's own."""

    of: type

    def empty(self) -> Any:
        return self.of()

    def read(self, reader: Reader, value: Any, pointer: str) -> Any:
        return self.of(**read_fields(self.of, reader, {} if value is None else value, pointer))

    def schema(self) -> Json:
        return schema_of(self.of)

    def words(self) -> str:
        return f"`{self.of.__name__}`: a table of its own, below"
