"""What is seen of each choice for the picture of a badge: the outline of a shape, the colours of a palette, a sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import combining, normalize

from badges.design import palettes, shapes, signs
from badges.vocabularies import Concept, search, vocabulary
from lti_tool.web.languages import page_language

__all__ = ["Swatch", "found", "shape_path", "sign_path", "swatch", "words_of"]

sign_path = signs.sign_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """Three colours of a palette, as HTML writes them."""

    rim: str
    field: str
    thread: str


def found(name: str, words: str) -> Sequence[Concept]:
    """The choices of a vocabulary that match these words, best first; all of them, in their order, without words."""
    known = vocabulary(name)
    return search(name, words[:100], page_language(), len(known)) if words.strip() else [*known]


def words_of(concept: Concept) -> str:
    """The words by which a choice is found, in small letters and without accents: `static/signs.js` looks there."""
    words = " ".join((*concept.label.values(), *concept.other_names)).lower()
    return "".join(letter for letter in normalize("NFD", words) if not combining(letter))


def shape_path(code: str) -> str:
    """The outline of a shape as a path on a sheet of 600 by 600, drawn with a broad line that stays within it."""
    corners = shapes.inset(shapes.shape(code).outline, 18)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in corners) + "Z"


def swatch(code: str) -> Swatch:
    """The colours of a code of the vocabulary `colours`. Raises KeyError for an unknown one."""
    colours = palettes.palette(code)
    return Swatch(
        rim=palettes.in_hex(colours.light),
        field=palettes.in_hex(colours.field),
        thread=palettes.in_hex(colours.thread),
    )
