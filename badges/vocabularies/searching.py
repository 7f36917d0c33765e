"""Finding concepts by what a person types: accents and case do not matter, nor does the order of the words."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

_MARKS = re.compile("[\u0300-\u036f]+")
_BETWEEN_WORDS = re.compile(r"[^\w\n]+")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


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
    """The folded texts of one vocabulary in one language, place by place: the labels, and all else that is known."""

    labels: tuple[str, ...] = field(repr=False)
    others: tuple[str, ...] = field(repr=False)


def folded(text: str) -> str:
    """`text` in small letters without accents, one space between words; line ends stay."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _BETWEEN_WORDS.sub(" ", plain.translate(_LETTERS))


def index(concepts: Iterable[Findable], language: str) -> Index:
    """The Index of `concepts` for a person who reads `language`; a label it lacks is taken from English."""
    labels, others = [], []
    for concept in concepts:
        label = concept.label.get(language) or concept.label.get("en", "")
        labels.append(label)
        names = {*concept.label.values(), *concept.other_names} - {label}
        others.append("/".join((concept.code, *sorted(names))))
    return Index(labels=_folded_lines(labels), others=_folded_lines(others))


def places(index: Index, text: str, limit: int) -> tuple[int, ...]:
    """Where `text` is found, best first and at most `limit`: every word of it begins a word there.

    A label that is the text comes first, then labels that begin with it, labels that hold its words, other names and
    codes; among equals the shorter label, then the place. With no text: the first places.
    """
    words = folded(text).split()
    if not words:
        return tuple(range(min(limit, len(index.labels))))
    phrase = " ".join(words)
    begins = [f" {word}" for word in words]
    found: Iterable[tuple[int, tuple[str, str]]]
    found = enumerate(zip(index.labels, index.others, strict=True))
    for word in begins:
        found = [(place, texts) for place, texts in found if word in texts[0] or word in texts[1]]
    ranked = ((_rank(label, other, phrase, begins), len(label), place) for place, (label, other) in found)
    return tuple(place for _, _, place in heapq.nsmallest(limit, ranked))


def _rank(label: str, other: str, phrase: str, begins: list[str]) -> int:
    """How well a place answers that holds every word: 0 best."""
    if label[1:] == phrase or f"{other} ".startswith(f" {phrase} "):
        return 0
    if label.startswith(phrase, 1):
        return 1
    return 2 if all(word in label for word in begins) else 3


def _folded_lines(texts: list[str]) -> tuple[str, ...]:
    """Each text folded, with a space before its first word. All at once, for thousands take long one by one."""
    lines = folded("\n".join(text.replace("\n", " ") for text in texts)).split("\n")
    return tuple(f" {line.strip()}" for line in lines)
