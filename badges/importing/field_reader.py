"""FieldReader: values of a badge of another system, cleaned and within bounds, with notes on what was changed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from badges.foreign_json import as_list
from badges.reader import MOST_ITEMS, NAME_LENGTH, TEXT_LENGTH, at
from badges.vocabularies import vocabulary
from signing.json_text import Json

MAX_NOTES = 100

#: What is between these is not text. Start and end are searched for one after the other: `<!--.*?-->` would take
#: quadratic time on thousands of starts without an end.
_HIDDEN = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (("<!--", "-->"), (r"<script\b", r"</script\s*>"), (r"<style\b", r"</style\s*>"))
)
#: `[^<>]*` and not `.*?`, for the same reason.
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
#: What a browser could still read as a tag or an entity after cleaning; a space after it takes that meaning away.
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]{1,8};)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"{}|\\^`\x00-\x20#]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A value in a badge, by JSON pointer, that was not taken unchanged.

    Codes: `markup_removed`, `cut`, `not_text`, `not_a_number`, `out_of_range`, `unknown_value`, `guessed`,
    `no_place`, `too_many`, `language_assumed`, `picture_elsewhere`. `detail` is the value, or what was taken instead.
    """

    pointer: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFields:
    """The template fields of a badge and the address of its picture, with JSON pointers to its name and picture."""

    body: Json
    name_pointer: str
    picture: str | None = None
    picture_pointer: str = ""


@dataclass(slots=True)
class FieldReader:
    """Reads the values of one badge, and adds to `notes` what it changes or leaves out. Raises nothing."""

    notes: list[Note] = field(default_factory=list)

    def note(self, pointer: str, code: str, detail: object = "") -> None:
        """Add a Note, up to MAX_NOTES of them."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(Note(pointer=pointer, code=code, detail=_as_detail(detail)))

    def text(self, value: Any, pointer: str, most: int = TEXT_LENGTH) -> str | None:
        """Plain text of at most `most` characters, without HTML and control characters; None where nothing is left."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.note(pointer, "not_text", value)
            return None
        beginning = value[: most * 4]  # markup may be much longer than its text, but cleaning needs a bound
        plain = _remove_markup(beginning)
        if plain != html.unescape(_normalize_spaces(beginning)):
            self.note(pointer, "markup_removed")
        if len(plain) > most or len(value) > most * 4:
            self.note(pointer, "cut", most)
            plain = plain[: most - 1].rstrip() + "…" if plain else ""
        return plain or None

    def name(self, value: Any, pointer: str) -> str | None:
        return self.text(value, pointer, NAME_LENGTH)

    def number(self, value: Any, pointer: str, most: int) -> str | None:
        """A positive number of at most two decimals and not above `most`, as text."""
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.note(pointer, "not_a_number", value)
            return None
        if not 0 < number <= most:
            if number:
                self.note(pointer, "out_of_range", value)
            return None
        return format(round(number, 2).normalize(), "f") if round(number, 2) else None

    def coded(
        self, value: Any, pointer: str, meanings: Mapping[str, str], guessed: Iterable[str] = ()
    ) -> str | None:
        """The code of a value; None, with a note, for one not in `meanings`. A value in `guessed` is noted, too."""
        if value is None or value == "":
            return None
        word = value.strip().lower() if isinstance(value, str) else ""
        if word not in meanings:
            self.note(pointer, "unknown_value", value)
            return None
        if word in guessed:
            self.note(pointer, "guessed", f"{value}: {meanings[word]}")
        return meanings[word]

    def language(self, value: Any, pointer: str, default: str) -> str:
        """The language code in a tag such as nl-NL; `default`, with a note, where it is not in the vocabulary."""
        tag = value[:2].lower() if isinstance(value, str) else ""
        if tag in vocabulary("languages"):
            return tag
        self.note(pointer, "language_assumed", default)
        return default

    def address(self, value: Any, pointer: str) -> str | None:
        """A web address; None, with a note, for anything else."""
        if value in (None, ""):
            return None
        if not isinstance(value, str) or len(value) > 2000 or not _WEB_ADDRESS.fullmatch(value):
            self.note(pointer, "unknown_value", value)
            return None
        return value

    def each(self, value: Any, pointer: str) -> Iterator[tuple[Json, str]]:
        """The objects of a list, or the single object, each with its pointer; at most MOST_ITEMS."""
        items = as_list(value)
        if len(items) > MOST_ITEMS:
            self.note(pointer, "too_many", MOST_ITEMS)
        for index, item in enumerate(items[:MOST_ITEMS]):
            item_pointer = at(pointer, index) if isinstance(value, list) else pointer
            if isinstance(item, dict):
                yield item, item_pointer
            else:
                self.note(item_pointer, "unknown_value", item)


def object_at(value: Any, name: str) -> Json:
    """The member `name` of an object where it is an object itself, else an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def language_map(language: str, text: str | None) -> dict[str, str]:
    """The text as an object of languages; empty without a text."""
    return {language: text} if text else {}


def _remove_markup(text: str) -> str:
    text = _CONTROL.sub("", text)
    # Three times, for text that was escaped more than once: `&amp;lt;b>` becomes `&lt;b>` and then `<b>`.
    for _ in range(3):
        for start, end in _HIDDEN:
            text = _remove_between(text, start, end)
        text = _CONTROL.sub("", html.unescape(_TAG.sub(" ", text)))
    text = _MARKUP.sub(lambda match: f"{match[0]} ", text)
    return _normalize_spaces(text)


def _remove_between(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """The text without what begins with `start`, up to `end` or the end of the text."""
    remaining, position = [], 0
    while opening := start.search(text, position):
        remaining.append(text[position : opening.start()])
        closing = end.search(text, opening.end())
        position = closing.end() if closing else len(text)
    return " ".join([*remaining, text[position:]])


def _normalize_spaces(text: str) -> str:
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _as_detail(detail: object) -> str:
    """A value as a note shows it: at most 120 characters, in one line."""
    return _CONTROL.sub("", str(detail)).replace("\n", " ")[:120]
