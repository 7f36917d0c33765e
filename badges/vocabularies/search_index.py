"""Search in a vocabulary by words that a person types, in any order, without regard to case and accents.

A vocabulary such as ESCO has 14 000 concepts and is searched at every key press, so the work is substring search in
prepared texts. In them each word follows one space: " word" in a text means that a word there begins with "word".
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

#: A shorter word matches only at the beginning of words.
SHORTEST_WITHIN = 4

_MARKS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_ASCII_BETWEEN_WORDS = {number: " " for number in range(128) if not chr(number).isalnum()}
_BETWEEN_WORDS = re.compile(r"[\W_]")


class Searchable(Protocol):
    """What can be searched: a code, a label by language, and other names of the same thing."""

    @property
    def code(self) -> str: ...
    @property
    def label(self) -> Mapping[str, str]: ...
    @property
    def other_names(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The prepared texts of one vocabulary; both tuples have one text for each concept, in the list's order.

    `labels` are in one language; `others` hold the code, the labels in all languages and the other names.
    """

    labels: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)


def folded(text: str) -> str:
    """`text` in lower case without accents, its words between single spaces."""
    return " ".join(_lower_ascii(text).split())


def label_texts(concepts: Iterable[Searchable], language: str) -> tuple[str, ...]:
    """The folded label of each concept in `language`, else in English, after one space."""
    return tuple(f" {folded(concept.label.get(language) or concept.label['en'])}" for concept in concepts)


def other_texts(concepts: Iterable[Searchable]) -> tuple[str, ...]:
    """For each concept its code, every label and every other name as one text, between spaces; the code is first."""
    return tuple(
        f" {_lower_ascii('/'.join((concept.code, *concept.label.values(), *concept.other_names)))} "
        for concept in concepts
    )


def matching_positions(index: Index, text: str, limit: int) -> tuple[int, ...]:
    """The positions in the list that match `text`, best first, at most `limit`: each word of it begins a word there.

    Order: the text is the whole label or the code; the label begins with the text; all words are in the label; all
    words are in the other names. Among equals the shorter label is first, then the list's order. If there are fewer
    than `limit`, labels follow that have the words inside longer words, as Latvian and German compounds do. For an
    empty text: the first positions.
    """
    words = folded(text).split()
    if not words:
        return tuple(range(min(limit, len(index.labels))))
    phrase = " ".join(words)
    begins = [f" {word}" for word in words]
    ranked = (
        (_rank(index.labels[n], index.others[n], phrase, begins), len(index.labels[n]), n)
        for n in _containing_all(index.others, begins)
    )
    positions = [n for _, _, n in heapq.nsmallest(limit, ranked)]
    if len(positions) < limit and all(len(word) >= SHORTEST_WITHIN for word in words):
        known = set(positions)
        within = ((len(index.labels[n]), n) for n in _containing_all(index.labels, words) if n not in known)
        positions += [n for _, n in heapq.nsmallest(limit - len(positions), within)]
    return tuple(positions)


def _containing_all(texts: tuple[str, ...], parts: list[str]) -> list[int]:
    """The positions of the texts that contain every part."""
    remaining: Iterable[tuple[int, str]] = enumerate(texts)
    for part in parts:
        remaining = [(n, text) for n, text in remaining if part in text]
    return [n for n, _ in remaining]


def _rank(label: str, other: str, phrase: str, begins: list[str]) -> int:
    """How well a concept that has every word matches the phrase; 0 is best."""
    if label[1:] == phrase or other.startswith(f" {phrase} "):
        return 0
    if label.startswith(phrase, 1):
        return 1
    return 2 if all(word in label for word in begins) else 3


def _lower_ascii(text: str) -> str:
    """`text` in lower case without accents, with a space for each character that is no letter or digit."""
    text = text.casefold()
    if not text.isascii():
        # NFKD splits "ā" into "a" and its mark. Letters such as "ø" have no such form: the table has them.
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():
            return _BETWEEN_WORDS.sub(" ", text.translate(_LETTERS))
    return text.translate(_ASCII_BETWEEN_WORDS)
