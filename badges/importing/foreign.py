"""Foreign: takes what a stranger's badge says, cleaned and within bounds, and notes what it changed or left."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from badges.reader import MOST_ITEMS, NAME_LENGTH, TEXT_LENGTH, at
from badges.vocabularies import vocabulary
from signing.json_text import Json

MOST_NOTES = 100

#: What stands between these is no text at all; the ends are searched for apart, for `.*?` takes for ever on malice.
_HIDDEN = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (("<!--", "-->"), (r"<script\b", r"</script\s*>"), (r"<style\b", r"</style\s*>"))
)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]{1,8};)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"{}|\\^`\x00-\x20#]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something in a badge, by JSON pointer, that was not taken as it stood.

    Codes: `markup_removed`, `cut`, `not_text`, `not_a_number`, `out_of_range`, `unknown_value`, `guessed`,
    `no_place`, `too_many`, `language_assumed`, `picture_elsewhere`. `detail` is what stood there, or what was taken.
    """

    pointer: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A template's fields out of a badge; where its name and picture would stand, and the picture's address."""

    body: Json
    name_at: str
    picture: str | None = None
    picture_at: str = ""


@dataclass(slots=True)
class Foreign:
    """Reads one badge; `notes` grows as it does."""

    notes: list[Note] = field(default_factory=list)

    def note(self, pointer: str, code: str, detail: object = "") -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Note(pointer=pointer, code=code, detail=_shown(detail)))

    def text(self, value: Any, pointer: str, most: int = TEXT_LENGTH) -> str | None:
        """Plain text of at most `most` characters: no HTML, no control characters."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.note(pointer, "not_text", value)
            return None
        plain = _plain(value[: most * 4])
        if plain != html.unescape(_tidy(value[: most * 4])):
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
        """The code that a word of theirs means; noted where it is none, or only near to one."""
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
        """A language of ours out of a tag such as nl-NL; `default` where there is none."""
        tag = value[:2].lower() if isinstance(value, str) else ""
        if tag in vocabulary("languages"):
            return tag
        self.note(pointer, "language_assumed", default)
        return default

    def address(self, value: Any, pointer: str) -> str | None:
        if value in (None, ""):
            return None
        if not isinstance(value, str) or len(value) > 2000 or not _WEB_ADDRESS.fullmatch(value):
            self.note(pointer, "unknown_value", value)
            return None
        return value

    def each(self, value: Any, pointer: str) -> Iterator[tuple[Json, str]]:
        """The objects of a list, or the only one, each with its pointer."""
        items = value if isinstance(value, list) else [] if value is None else [value]
        if len(items) > MOST_ITEMS:
            self.note(pointer, "too_many", MOST_ITEMS)
        for place, item in enumerate(items[:MOST_ITEMS]):
            where = at(pointer, place) if isinstance(value, list) else pointer
            if isinstance(item, dict):
                yield item, where
            else:
                self.note(where, "unknown_value", item)


def inside(value: Any, name: str) -> Json:
    """The object under that name, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def texts(language: str, text: str | None) -> dict[str, str]:
    return {language: text} if text else {}


def _plain(text: str) -> str:
    text = _CONTROL.sub("", text)
    for _ in range(3):
        for start, end in _HIDDEN:
            text = _without(text, start, end)
        text = _CONTROL.sub("", html.unescape(_TAG.sub(" ", text)))
    text = _MARKUP.sub(lambda found: f"{found[0]} ", text)
    return _tidy(text)


def _without(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    kept, place = [], 0
    while found := start.search(text, place):
        kept.append(text[place : found.start()])
        closed = end.search(text, found.end())
        place = closed.end() if closed else len(text)
    return " ".join([*kept, text[place:]])


def _tidy(text: str) -> str:
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _shown(detail: object) -> str:
    """What a note shows of a value: short, of one line."""
    return _CONTROL.sub("", str(detail)).replace("\n", " ")[:120]
