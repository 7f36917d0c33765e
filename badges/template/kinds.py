"""Kinds: what a field of a template can hold. Each knows how it is read, its words, its JSON Schema and its control.

Kinds that are made of further fields are in `badges.template.fields`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from badges.in_words import NO, NO_LANGUAGE, YES, day_in_words, number_in_words
from badges.reader import (
    EIDAS_IDENTIFIER,
    ESCO_SKILL,
    MOST_ITEMS,
    NAME_LENGTH,
    TEXT_LENGTH,
    WEB_ADDRESS,
    WEB_ADDRESS_LENGTH,
    Reader,
)
from badges.vocabularies import vocabulary
from signing.json_text import Json

#: line: one text; texts_line, texts_area: one in every language of the template. number, day, address: as people
#: write them. radios, select, search: one code of a vocabulary; pictures: one that is seen; checkboxes: several. level,
#: yes_no: an EQF level, yes or no. price: an amount and a currency. validity: months or a last day. rows: any number of
#: objects; skills: those of ESCO. "": no control, because no form of the editor has it.
Control = Literal[
    "line",
    "texts_line",
    "texts_area",
    "number",
    "day",
    "address",
    "radios",
    "pictures",
    "select",
    "search",
    "checkboxes",
    "level",
    "validity",
    "yes_no",
    "price",
    "skills",
    "rows",
    "",
]


class Kind(ABC):
    """What a field can hold. A `required` one has no empty value; `vocabulary` is the list that its codes are from."""

    control: Control = ""
    required: bool = False
    vocabulary: str = ""

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The limits of a number."""
        return None

    def empty(self) -> Any:
        """The value of a field that nobody filled in."""
        return None

    @abstractmethod
    def read(self, reader: Reader, value: Any, pointer: str) -> Any:
        """The value in `value`, plain data at a JSON pointer; problems are added to `reader`."""

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        """What a filled-in `value` says to people: texts by language."""
        return ({NO_LANGUAGE: str(value)},)

    @abstractmethod
    def schema(self) -> Json:
        """The JSON Schema (draft 2020-12) of the values that `read` takes without a problem."""

    @abstractmethod
    def words(self) -> str:
        """What it holds, for the table in the README."""


@dataclass(frozen=True)
class Text(Kind):
    """One text of at most NAME_LENGTH characters, the same in every language."""

    control = "line"
    required: bool = False

    def read(self, reader: Reader, value: Any, pointer: str) -> str | None:
        return reader.required_text(value, pointer) if self.required else reader.text(value, pointer)

    def schema(self) -> Json:
        return {"type": "string", "maxLength": NAME_LENGTH} | ({"minLength": 1} if self.required else {})

    def words(self) -> str:
        return "text"


@dataclass(frozen=True, kw_only=True)
class TextByLanguage(Kind):
    """A text by language."""

    control: Control = "texts_area"
    max_length: int = TEXT_LENGTH
    required: bool = False

    def empty(self) -> dict[str, str]:
        return {}

    def read(self, reader: Reader, value: Any, pointer: str) -> dict[str, str]:
        read = reader.required_texts if self.required else reader.texts
        return read(value, pointer, self.max_length)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (value,)

    def schema(self) -> Json:
        return {
            "type": "object",
            "propertyNames": _enumeration("languages"),
            "additionalProperties": {"type": "string", "maxLength": self.max_length},
        } | ({"minProperties": 1} if self.required else {})

    def words(self) -> str:
        return "texts"


@dataclass(frozen=True, kw_only=True)
class LineByLanguage(TextByLanguage):
    """A text by language, each short enough for a line."""

    control: Control = "texts_line"
    max_length: int = NAME_LENGTH


class Language(Kind):
    """The code of a language, English where none is chosen."""

    control = "select"
    vocabulary = "languages"

    def empty(self) -> str:
        return "en"

    def read(self, reader: Reader, value: Any, pointer: str) -> str:
        return reader.language(value, pointer)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (vocabulary(self.vocabulary)[value].label,)

    def schema(self) -> Json:
        return _enumeration(self.vocabulary)

    def words(self) -> str:
        return "code of `languages`; `en` without one"


@dataclass(frozen=True)
class Number(Kind):
    """A number above 0 with at most two decimals."""

    control = "number"
    maximum: int

    @property
    def bounds(self) -> tuple[int, int]:
        return (0, self.maximum)

    def read(self, reader: Reader, value: Any, pointer: str) -> Decimal | None:
        return reader.number(value, pointer, self.maximum)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (number_in_words(Decimal(value)),)

    def schema(self) -> Json:
        number = {"type": "number", "exclusiveMinimum": 0, "maximum": self.maximum}
        # JSON has no decimals: exported templates have numbers as text.
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,9}([.,][0-9]{1,2})?$"}]}

    def words(self) -> str:
        return f"number up to {self.maximum}"


@dataclass(frozen=True)
class WholeNumber(Kind):
    """A whole number between two bounds."""

    control = "number"
    minimum: int
    maximum: int

    @property
    def bounds(self) -> tuple[int, int]:
        return (self.minimum, self.maximum)

    def read(self, reader: Reader, value: Any, pointer: str) -> int | None:
        return reader.whole_number(value, pointer, self.minimum, self.maximum)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (number_in_words(Decimal(value)),)

    def schema(self) -> Json:
        number = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}

    def words(self) -> str:
        return f"{self.minimum} to {self.maximum}"


class YesNo(Kind):
    """Yes or no, or neither where nobody said."""

    control = "yes_no"

    def read(self, reader: Reader, value: Any, pointer: str) -> bool | None:
        return reader.yes_or_no(value, pointer)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (YES if value else NO,)

    def schema(self) -> Json:
        return {"type": "boolean"}

    def words(self) -> str:
        return "yes or no"


@dataclass(frozen=True)
class Day(Kind):
    """A day; a `past` one is today at the latest."""

    control = "day"
    past: bool = False
    required: bool = False

    def read(self, reader: Reader, value: Any, pointer: str) -> date | None:
        day = reader.past_day(value, pointer) if self.past else reader.day(value, pointer)
        if not self.required:
            return day
        if not value:
            reader.problem(pointer, "required")
        # Where there is no day, there is a problem, and the value is never used.
        return day or date.min

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (day_in_words(value),)

    def schema(self) -> Json:
        return {"type": "string", "format": "date"}

    def words(self) -> str:
        return "day"


class WebAddress(Kind):
    """An absolute http or https URL."""

    control = "address"

    def read(self, reader: Reader, value: Any, pointer: str) -> str | None:
        return reader.web_address(value, pointer)

    def schema(self) -> Json:
        return {"type": "string", "maxLength": WEB_ADDRESS_LENGTH, "pattern": _whole(WEB_ADDRESS)}

    def words(self) -> str:
        return "web address"


class EidasIdentifier(Kind):
    """The identifier of a legal person as in an e-seal's certificate. Source: ETSI EN 319 412-1."""

    control = "line"

    def read(self, reader: Reader, value: Any, pointer: str) -> str | None:
        return reader.eidas_identifier(value, pointer)

    def schema(self) -> Json:
        return {"type": "string", "pattern": _whole(EIDAS_IDENTIFIER)}

    def words(self) -> str:
        return "eIDAS identifier"


class EscoIri(Kind):
    """The IRI of a skill of ESCO."""

    required = True

    def read(self, reader: Reader, value: Any, pointer: str) -> str:
        return reader.required_esco_skill(value, pointer)

    def schema(self) -> Json:
        return {"type": "string", "pattern": _whole(ESCO_SKILL)}

    def words(self) -> str:
        return "IRI of ESCO"


@dataclass(frozen=True)
class Code(Kind):
    """A code of a vocabulary.

    `control`: a long list is searched, a very short one is all in sight as radios, what is seen is chosen by pictures.
    """

    vocabulary: str
    control: Control = "select"
    required: bool = False

    def read(self, reader: Reader, value: Any, pointer: str) -> str | None:
        read = reader.required_code if self.required else reader.code
        return read(value, pointer, self.vocabulary)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return (vocabulary(self.vocabulary)[value].label,)

    def schema(self) -> Json:
        return _enumeration(self.vocabulary)

    def words(self) -> str:
        return f"code of `{self.vocabulary}`"


@dataclass(frozen=True)
class Codes(Kind):
    """Several codes of a vocabulary, each once."""

    control = "checkboxes"
    vocabulary: str

    def empty(self) -> tuple[str, ...]:
        return ()

    def read(self, reader: Reader, value: Any, pointer: str) -> tuple[str, ...]:
        return reader.codes(value, pointer, self.vocabulary)

    def in_words(self, value: Any) -> tuple[Mapping[str, str], ...]:
        return tuple(vocabulary(self.vocabulary)[code].label for code in value)

    def schema(self) -> Json:
        return {"type": "array", "maxItems": MOST_ITEMS, "items": _enumeration(self.vocabulary)}

    def words(self) -> str:
        return f"codes of `{self.vocabulary}`"


def _enumeration(vocabulary_name: str) -> Json:
    return {"enum": [concept.code for concept in vocabulary(vocabulary_name)]}


def _whole(pattern: re.Pattern[str]) -> str:
    """The pattern for a whole text, as JSON Schema wants it, whose patterns match anywhere."""
    return f"^({pattern.pattern})$"
