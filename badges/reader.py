"""A Reader turns what a person or a file wrote into values, and says all that is wrong at once, by JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from badges.errors import TemplateError
from badges.vocabularies import vocabulary
from signing.json_text import Json

Item = TypeVar("Item")

MOST_ITEMS = 50
NAME_LENGTH = 200
TEXT_LENGTH = 5000

# What may stand in a JSON-LD document as an absolute IRI, and nothing a page could run.
_WEB_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"{}|\\^`\x00-\x20]*)?(\?[^\s<>\"{}|\\^`]*)?"
)
_ESCO_SKILL = re.compile(r"http://data\.europa\.eu/esco/skill/[A-Za-z0-9.-]{1,64}")
_LEGAL_PERSON = re.compile(r"(VAT|NTR|PSD|LEI)[A-Z]{2}-[A-Za-z0-9./-]{1,60}")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&(#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def at(pointer: str, name: object) -> str:
    """The JSON pointer (RFC 6901) to what stands by `name` in the object or list at `pointer`."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Reader:
    """Reads plain data into values, and collects every problem it meets instead of stopping at the first."""

    def __init__(self, today: date | None = None) -> None:
        self.today = today
        self.problems: list[tuple[str, str]] = []

    def finish(self) -> None:
        """Raises TemplateError when anything was wrong."""
        if self.problems:
            raise TemplateError(tuple(self.problems))

    def problem(self, pointer: str, code: str) -> None:
        """One more problem, but nothing about what would stand in an object that is none."""
        inside = any(
            pointer.startswith(f"{above}/") for above, told in self.problems if told == "not_an_object"
        )
        if not inside:
            self.problems.append((pointer, code))

    def only(self, data: Json, pointer: str, known: tuple[str, ...]) -> None:
        """A misspelt field is told, not silently dropped."""
        for name in data:
            if name not in known:
                self.problem(at(pointer, name), "unknown_field")

    def text(
        self, value: Any, pointer: str, most: int = NAME_LENGTH, *, required: bool = False
    ) -> str | None:
        """One text; None when there is none. Control characters but line ends and tabs are not text, nor is HTML."""
        if value is None or value == "":
            if required:
                self.problem(pointer, "required")
            return None
        if not isinstance(value, str) or _CONTROL.search(value):
            self.problem(pointer, "not_text")
            return None
        if _MARKUP.search(value):
            self.problem(pointer, "markup")
            return None
        value = value.strip()
        if not value and required:
            self.problem(pointer, "required")
        if len(value) > most:
            self.problem(pointer, "too_long")
        return value or None

    def texts(
        self, value: Any, pointer: str, most: int = TEXT_LENGTH, *, required: bool = False
    ) -> dict[str, str]:
        """A text in several languages; languages with nothing written are left out."""
        if value is not None and not isinstance(value, Mapping):
            self.problem(pointer, "not_an_object")
            return {}
        found: dict[str, str] = {}
        for language, text in (value or {}).items():
            if language not in vocabulary("languages"):
                self.problem(at(pointer, language), "unknown_language")
                continue
            said = self.text(text, at(pointer, language), most)
            if said:
                found[language] = said
        if required and not found and not any(name.startswith(pointer) for name, _ in self.problems):
            self.problem(pointer, "required")
        return found

    def language(self, value: Any, pointer: str, default: str = "en") -> str:
        if value is None:
            return default
        if not isinstance(value, str) or value not in vocabulary("languages"):
            self.problem(pointer, "unknown_language")
            return default
        return value

    def number(self, value: Any, pointer: str, most: int) -> Decimal | None:
        """A positive number with at most two decimals; text is read too, as forms send it."""
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            self.problem(pointer, "not_a_number")
            return None
        try:
            number = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            self.problem(pointer, "not_a_number")
            return None
        if not number.is_finite() or not 0 < number <= most or number != round(number, 2):
            self.problem(pointer, "out_of_range")
            return None
        return number

    def whole(self, value: Any, pointer: str, least: int, most: int) -> int | None:
        if value is None or value == "":
            return None
        text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"[0-9]{1,9}", text):
            self.problem(pointer, "not_a_number")
            return None
        if not least <= int(text) <= most:
            self.problem(pointer, "out_of_range")
            return None
        return int(text)

    def truth(self, value: Any, pointer: str) -> bool | None:
        """Yes or no; None when nothing was said."""
        if value is not None and not isinstance(value, bool):
            self.problem(pointer, "not_yes_or_no")
            return None
        return value

    def day(self, value: Any, pointer: str) -> date | None:
        """A day as YYYY-MM-DD, as TOML and forms write it."""
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.problem(pointer, "not_a_date")
            return None

    def past_day(self, value: Any, pointer: str) -> date | None:
        """A day that has come; where the Reader knows no `today`, any day."""
        day = self.day(value, pointer)
        if day and self.today and day > self.today:
            self.problem(pointer, "in_the_future")
            return None
        return day

    def code(self, value: Any, pointer: str, vocabulary_name: str, *, required: bool = False) -> str | None:
        if value is None or value == "":
            if required:
                self.problem(pointer, "required")
            return None
        if not isinstance(value, str) or value not in vocabulary(vocabulary_name):
            self.problem(pointer, "unknown_code")
            return None
        return value

    def codes(self, value: Any, pointer: str, vocabulary_name: str) -> tuple[str, ...]:
        read = self.each(
            value,
            pointer,
            lambda reader, item, name: reader.code(item, name, vocabulary_name),
        )
        return tuple(dict.fromkeys(code for code in read if code))

    def each(self, value: Any, pointer: str, read: Callable[[Reader, Any, str], Item]) -> tuple[Item, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.problem(pointer, "not_a_list")
            return ()
        if len(value) > MOST_ITEMS:
            self.problem(pointer, "too_many")
            return ()
        return tuple(read(self, item, at(pointer, number)) for number, item in enumerate(value))

    def web_address(self, value: Any, pointer: str) -> str | None:
        text = self.text(value, pointer, 2000)
        if text is not None and not _WEB_ADDRESS.fullmatch(text):
            self.problem(pointer, "not_a_web_address")
            return None
        return text

    def eidas_identifier(self, value: Any, pointer: str) -> str | None:
        """The number of a legal person as an electronic seal names it, such as NTRLV-40000000001 (EN 319 412-1)."""
        text = self.text(value, pointer)
        if text is not None and not _LEGAL_PERSON.fullmatch(text):
            self.problem(pointer, "not_an_eidas_identifier")
            return None
        return text

    def esco_skill(self, value: Any, pointer: str) -> str | None:
        text = self.text(value, pointer, required=True)
        if text is not None and not _ESCO_SKILL.fullmatch(text):
            self.problem(pointer, "not_an_esco_skill")
            return None
        return text

    def fields(self, data: Any, pointer: str, known: tuple[str, ...]) -> Json:
        """The object with nothing in it but known fields; an empty one where it is no object."""
        if not isinstance(data, Mapping):
            self.problem(pointer, "not_an_object")
            return {}
        self.only(dict(data), pointer, known)
        return {name: value for name, value in data.items() if name in known}
