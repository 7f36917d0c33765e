"""Finding concepts by what a person types: accents and case do not matter, nor does the order of the words."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

#: A word of fewer letters is found at the beginning of words only.
SHORTEST_WITHIN = 4

_MARKS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_ASCII_BETWEEN_WORDS = {number: " " for number in range(128) if not chr(number).isalnum()}
_BETWEEN_WORDS = re.compile(r"[\W_]")


class Findable(Protocol):
    """What can be searched: a code, a label in several languages, and other names of the same thing."""

    @property
    def code(self) -> str: ...
    @property
    def label(self) -> Mapping[str, str]: ...
    @property
    def other_names(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The folded texts of one vocabulary, place by place: the labels of one language, and all else that is known."""

    labels: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)


def folded(text: str) -> str:
    """`text` in small letters without accents, its words between single spaces."""
    return " ".join(_plain(text).split())


def labels(concepts: Iterable[Findable], language: str) -> tuple[str, ...]:
    """What each concept is called in `language`, folded, after a space; in English where it has no such label."""
    return tuple(f" {folded(concept.label.get(language) or concept.label['en'])}" for concept in concepts)


def others(concepts: Iterable[Findable]) -> tuple[str, ...]:
    """All that each concept may be known by, folded: its code first, then every label and other name."""
    return tuple(
        f" {_plain('/'.join((concept.code, *concept.label.values(), *concept.other_names)))} "
        for concept in concepts
    )


def places(index: Index, text: str, limit: int) -> tuple[int, ...]:
    """Where `text` is found, best first and at most `limit`: every word of it begins a word there.

    A label that is the text, and a code, come first, then labels that begin with it, labels that hold its words, other
    names; among equals the shorter label, then the place. Labels with the words inside longer ones, as compounds have
    them, fill up. With no text: the first places.
    """
    words = folded(text).split()
    if not words:
        return tuple(range(min(limit, len(index.labels))))
    phrase = " ".join(words)
    begins = [f" {word}" for word in words]
    ranked = (
        (_rank(index.labels[place], index.others[place], phrase, begins), len(index.labels[place]), place)
        for place in _holding(index.others, begins)
    )
    found = [place for _, _, place in heapq.nsmallest(limit, ranked)]
    if len(found) < limit and all(len(word) >= SHORTEST_WITHIN for word in words):
        known = set(found)
        within = (
            (len(index.labels[place]), place) for place in _holding(index.labels, words) if place not in known
        )
        found += [place for _, place in heapq.nsmallest(limit - len(found), within)]
    return tuple(found)


def _holding(lines: tuple[str, ...], texts: list[str]) -> list[int]:
    """The places whose line holds every one of these texts."""
    found: Iterable[tuple[int, str]] = enumerate(lines)
    for text in texts:
        found = [(place, line) for place, line in found if text in line]
    return [place for place, _ in found]


def _rank(label: str, other: str, phrase: str, begins: list[str]) -> int:
    """How well a place answers that holds every word: 0 best."""
    if label[1:] == phrase or other.startswith(f" {phrase} "):
        return 0
    if label.startswith(phrase, 1):
        return 1
    return 2 if all(word in label for word in begins) else 3


def _plain(text: str) -> str:
    """`text` in small letters without accents, a space for whatever is no letter or digit."""
    text = text.casefold()
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():
            return _BETWEEN_WORDS.sub(" ", text.translate(_LETTERS))
    return text.translate(_ASCII_BETWEEN_WORDS)
