"""Reader: reads plain data of a form, a TOML file or JSON into values, and collects every problem by JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from badges.errors import TemplateError
from badges.readable import readable
from badges.vocabularies import vocabulary
from signing.json_text import Json

Item = TypeVar("Item")

MOST_ITEMS = 50
NAME_LENGTH = 200
TEXT_LENGTH = 5000
WEB_ADDRESS_LENGTH = 2000

# Only what JSON-LD accepts as an absolute IRI, and no scheme that a page could execute, such as javascript:.
WEB_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"{}|\\^`\x00-\x20]*)?(\?[^\s<>\"{}|\\^`]*)?"
)
ESCO_SKILL = re.compile(r"http://data\.europa\.eu/esco/skill/[A-Za-z0-9.-]{1,64}")
EIDAS_IDENTIFIER = re.compile(r"(VAT|NTR|PSD|LEI)[A-Z]{2}-[A-Za-z0-9./-]{1,60}")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&(#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def at(pointer: str, name: object) -> str:
    """The JSON pointer (RFC 6901) of the member `name` of the object or list at `pointer`."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Reader:
    """Reads plain data into values, and collects every problem instead of stopping at the first.

    Each method takes a value and its JSON pointer. It returns None, or an empty value, where there is none or it cannot
    be used; in the latter case it adds a problem. The codes of problems are those of `badges.errors.TemplateError`.
    `today` is the last day that `past_day` accepts; without it every day is accepted.
    """

    def __init__(self, today: date | None = None) -> None:
        self.today = today
        self.problems: list[tuple[str, str]] = []

    def raise_problems(self) -> None:
        """Raises TemplateError with all problems if there are any."""
        if self.problems:
            raise TemplateError(tuple(self.problems))

    def problem(self, pointer: str, code: str) -> None:
        """Adds a problem, except for members of a value that was already found to be no object."""
        # Its readers go on with an empty object, and would find each required field missing.
        inside = any(
            pointer.startswith(f"{above}/") for above, known in self.problems if known == "not_an_object"
        )
        if not inside:
            self.problems.append((pointer, code))

    def has_problem(self, pointer: str) -> bool:
        """Whether there is a problem with the value there, or with what is in it."""
        return any(known == pointer or known.startswith(f"{pointer}/") for known, _ in self.problems)

    def refuse_unknown_fields(self, data: Json, pointer: str, known: tuple[str, ...]) -> None:
        """Adds a problem for each field that is not known, so that a misspelt one is not dropped silently."""
        for name in data:
            if name not in known:
                self.problem(at(pointer, name), "unknown_field")

    def text(self, value: Any, pointer: str, max_length: int = NAME_LENGTH) -> str | None:
        """One readable text, stripped; HTML and control characters other than line ends and tabs are refused."""
        if value is None or value == "":
            return None
        if not isinstance(value, str) or _CONTROL.search(value):
            self.problem(pointer, "not_text")
            return None
        if _MARKUP.search(value):
            self.problem(pointer, "markup")
            return None
        # Invisible characters come along when somebody copies from elsewhere; they would be signed.
        value = readable(value).strip()
        if len(value) > max_length:
            self.problem(pointer, "too_long")
        return value or None

    def required_text(self, value: Any, pointer: str, max_length: int = NAME_LENGTH) -> str:
        """One text as `text` reads it; its absence is a problem."""
        return self._required(self.text(value, pointer, max_length), pointer)

    def texts(self, value: Any, pointer: str, max_length: int = TEXT_LENGTH) -> dict[str, str]:
        """A text by language; languages with nothing written are left out."""
        if value is not None and not isinstance(value, Mapping):
            self.problem(pointer, "not_an_object")
            return {}
        found: dict[str, str] = {}
        for language, text in (value or {}).items():
            if language not in vocabulary("languages"):
                self.problem(at(pointer, language), "unknown_language")
                continue
            if cleaned := self.text(text, at(pointer, language), max_length):
                found[language] = cleaned
        return found

    def required_texts(self, value: Any, pointer: str, max_length: int = TEXT_LENGTH) -> dict[str, str]:
        """A text by language as `texts` reads it; the absence of all languages is a problem."""
        found = self.texts(value, pointer, max_length)
        if not found:
            self._required(None, pointer)
        return found

    def language(self, value: Any, pointer: str, default: str = "en") -> str:
        """The code of a language of the vocabulary, else `default`."""
        if value is None:
            return default
        if not isinstance(value, str) or value not in vocabulary("languages"):
            self.problem(pointer, "unknown_language")
            return default
        return value

    def number(self, value: Any, pointer: str, maximum: int) -> Decimal | None:
        """A positive number with at most two decimals; also from text with a point or a comma, as forms send it."""
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
        if not number.is_finite() or not 0 < number <= maximum or number != round(number, 2):
            self.problem(pointer, "out_of_range")
            return None
        return number

    def whole_number(self, value: Any, pointer: str, minimum: int, maximum: int) -> int | None:
        """A whole number between two bounds; also from text, as forms send it."""
        if value is None or value == "":
            return None
        text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"[0-9]{1,9}", text):
            self.problem(pointer, "not_a_number")
            return None
        if not minimum <= int(text) <= maximum:
            self.problem(pointer, "out_of_range")
            return None
        return int(text)

    def yes_or_no(self, value: Any, pointer: str) -> bool | None:
        """True or False; None where neither was chosen."""
        if value is not None and not isinstance(value, bool):
            self.problem(pointer, "not_yes_or_no")
            return None
        return value

    def day(self, value: Any, pointer: str) -> date | None:
        """A day, from a date or from text as YYYY-MM-DD."""
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.problem(pointer, "not_a_date")
            return None

    def past_day(self, value: Any, pointer: str) -> date | None:
        """A day that is not after `today`; any day where the Reader has no `today`."""
        day = self.day(value, pointer)
        if day and self.today and day > self.today:
            self.problem(pointer, "in_the_future")
            return None
        return day

    def timezone(self, value: Any, pointer: str) -> ZoneInfo:
        """The time zone of an IANA name; UTC where there is none."""
        try:
            return ZoneInfo(self.text(value, pointer) or "UTC")
        except (
            ZoneInfoNotFoundError,
            OSError,
            ValueError,
        ):  # a folder of the database (Europe), a path out of it
            self.problem(pointer, "unknown_timezone")
            return ZoneInfo("UTC")

    def code(self, value: Any, pointer: str, vocabulary_name: str) -> str | None:
        """A code of the vocabulary."""
        if value is None or value == "":
            return None
        if not isinstance(value, str) or value not in vocabulary(vocabulary_name):
            self.problem(pointer, "unknown_code")
            return None
        return value

    def required_code(self, value: Any, pointer: str, vocabulary_name: str) -> str:
        """A code of the vocabulary; its absence is a problem."""
        return self._required(self.code(value, pointer, vocabulary_name), pointer)

    def codes(self, value: Any, pointer: str, vocabulary_name: str) -> tuple[str, ...]:
        """The codes of the vocabulary in a list, each once."""
        read = self.items(
            value,
            pointer,
            lambda reader, item, name: reader.code(item, name, vocabulary_name),
        )
        return tuple(dict.fromkeys(code for code in read if code))

    def items(self, value: Any, pointer: str, read: Callable[[Reader, Any, str], Item]) -> tuple[Item, ...]:
        """The items of a list, each read by `read(reader, item, pointer)`."""
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
        """An absolute http or https URL."""
        text = self.text(value, pointer, WEB_ADDRESS_LENGTH)
        if text is not None and not WEB_ADDRESS.fullmatch(text):
            self.problem(pointer, "not_a_web_address")
            return None
        return text

    def eidas_identifier(self, value: Any, pointer: str) -> str | None:
        """The identifier of a legal person as in an e-seal's certificate, such as NTRLV-40000000001.

        Source: ETSI EN 319 412-1.
        """
        text = self.text(value, pointer)
        if text is not None and not EIDAS_IDENTIFIER.fullmatch(text):
            self.problem(pointer, "not_an_eidas_identifier")
            return None
        return text

    def required_esco_skill(self, value: Any, pointer: str) -> str:
        """The IRI of an ESCO skill; its absence is a problem."""
        text = self.required_text(value, pointer)
        if text and not ESCO_SKILL.fullmatch(text):
            self.problem(pointer, "not_an_esco_skill")
            return ""
        return text

    def known_fields(self, data: Any, pointer: str, known: tuple[str, ...]) -> Json:
        """The known fields of an object; an empty object where `data` is none."""
        if not isinstance(data, Mapping):
            self.problem(pointer, "not_an_object")
            return {}
        self.refuse_unknown_fields(dict(data), pointer, known)
        return {name: value for name, value in data.items() if name in known}

    def _required(self, text: str | None, pointer: str) -> str:
        """The text, or "" with the problem `required`, unless another problem already explains its absence."""
        if not text and not self.has_problem(pointer):
            self.problem(pointer, "required")
        return text or ""
