"""A Reader turns what a person or a file wrote into values, and says all that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from badges.errors import TemplateError
from badges.vocabularies import vocabulary

Json = dict[str, Any]
Item = TypeVar("Item")

MOST_ITEMS = 50
NAME_LENGTH = 200
TEXT_LENGTH = 5000

# What may stand in a JSON-LD document as an absolute IRI, and nothing a page could run.
_WEB_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"{}|\\^`\x00-\x20]*)?(\?[^\s<>\"{}|\\^`]*)?"
)
_LANGUAGE = re.compile(r"[a-z]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Reader:
    """Reads plain data into values, and collects every problem it meets instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def finish(self) -> None:
        """Raises TemplateError when anything was wrong."""
        if self.problems:
            raise TemplateError(tuple(self.problems))

    def problem(self, field_name: str, code: str) -> None:
        self.problems.append((field_name, code))

    def only(self, data: Json, field_name: str, known: tuple[str, ...]) -> None:
        """A misspelt field is told, not silently dropped."""
        for name in data:
            if name not in known:
                self.problem(f"{field_name}.{name}" if field_name else str(name), "unknown_field")

    def text(
        self, value: Any, field_name: str, most: int = NAME_LENGTH, *, required: bool = False
    ) -> str | None:
        """One text; None when there is none. Control characters but line ends and tabs are not text."""
        if value is None or value == "":
            if required:
                self.problem(field_name, "required")
            return None
        if not isinstance(value, str) or _CONTROL.search(value):
            self.problem(field_name, "not_text")
            return None
        value = value.strip()
        if not value and required:
            self.problem(field_name, "required")
        if len(value) > most:
            self.problem(field_name, "too_long")
        return value or None

    def texts(
        self, value: Any, field_name: str, most: int = TEXT_LENGTH, *, required: bool = False
    ) -> dict[str, str]:
        """A text in several languages; languages with nothing written are left out."""
        if value is not None and not isinstance(value, Mapping):
            self.problem(field_name, "not_an_object")
            return {}
        found: dict[str, str] = {}
        for language, text in (value or {}).items():
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                self.problem(f"{field_name}.{language}", "unknown_language")
                continue
            said = self.text(text, f"{field_name}.{language}", most)
            if said:
                found[language] = said
        if required and not found and not any(name.startswith(field_name) for name, _ in self.problems):
            self.problem(field_name, "required")
        return found

    def language(self, value: Any, field_name: str, default: str = "en") -> str:
        if value is None:
            return default
        if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
            self.problem(field_name, "unknown_language")
            return default
        return value

    def number(self, value: Any, field_name: str, most: int) -> Decimal | None:
        """A positive number with at most two decimals; text is read too, as forms send it."""
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            self.problem(field_name, "not_a_number")
            return None
        try:
            number = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            self.problem(field_name, "not_a_number")
            return None
        if not number.is_finite() or not 0 < number <= most or number != round(number, 2):
            self.problem(field_name, "out_of_range")
            return None
        return number

    def whole(self, value: Any, field_name: str, least: int, most: int) -> int | None:
        if value is None or value == "":
            return None
        text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"[0-9]{1,9}", text):
            self.problem(field_name, "not_a_number")
            return None
        if not least <= int(text) <= most:
            self.problem(field_name, "out_of_range")
            return None
        return int(text)

    def truth(self, value: Any, field_name: str) -> bool | None:
        """Yes or no; None when nothing was said."""
        if value is not None and not isinstance(value, bool):
            self.problem(field_name, "not_yes_or_no")
            return None
        return value

    def day(self, value: Any, field_name: str) -> str | None:
        """A day as YYYY-MM-DD, as TOML and forms write it."""
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            self.problem(field_name, "not_a_date")
            return None

    def code(self, value: Any, field_name: str, vocabulary_name: str) -> str | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str) or value not in vocabulary(vocabulary_name):
            self.problem(field_name, "unknown_code")
            return None
        return value

    def codes(self, value: Any, field_name: str, vocabulary_name: str) -> tuple[str, ...]:
        read = self.each(
            value,
            field_name,
            lambda reader, item, name: reader.code(item, name, vocabulary_name),
        )
        return tuple(dict.fromkeys(code for code in read if code))

    def each(self, value: Any, field_name: str, read: Callable[[Reader, Any, str], Item]) -> tuple[Item, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.problem(field_name, "not_a_list")
            return ()
        if len(value) > MOST_ITEMS:
            self.problem(field_name, "too_many")
            return ()
        return tuple(read(self, item, f"{field_name}.{number}") for number, item in enumerate(value))

    def web_address(self, value: Any, field_name: str) -> str | None:
        text = self.text(value, field_name, 2000)
        if text is not None and not _WEB_ADDRESS.fullmatch(text):
            self.problem(field_name, "not_a_web_address")
            return None
        return text
