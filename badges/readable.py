"""Readable text: what a person sees is all that there is.

Names and titles come from teachers, platforms and other issuers. Characters that are not seen can turn the words around
them (the marks of direction), make two different names look the same (the zero-width ones), or write over the lines
above and below (hundreds of accents on one letter).

Sources: Unicode Standard Annex 9 (directional formatting characters), Annex 31 (joiners, which some scripts need), and
Technical Standard 55 (source code handling).
"""

from __future__ import annotations

import re
import unicodedata

#: The zero-width joiner and non-joiner. Persian, the Indic scripts and composed emoji need them between two characters.
_JOINERS = "\u200c\u200d"
#: The categories of characters between which a joiner may be needed: letters of scripts without upper case, their
#: signs, and emoji. Between Latin, Greek or Cyrillic letters it only hides.
_JOINED = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})
#: Letters by category, but blank.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_LINE_ENDS = frozenset({"Zl", "Zp"})
#: What most texts consist of: letters and signs of Europe in one character each, which stay as they are.
_COMMON = re.compile("[ -~\n\u00a1-\u00ac\u00ae-\u024f\u0400-\u0482\u048a-\u04ff\u2010-\u2027]*")
#: More combining marks than this on one letter are of no language; they would be painted over the neighbouring lines.
MAX_MARKS = 5


def readable(text: str) -> str:
    """The text in NFC without what is not seen; line ends stay, and a tab is a space."""
    if _COMMON.fullmatch(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    marks = 0
    for position, character in enumerate(composed):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\t" or category in _LINE_ENDS:
            kept.append(" ")
        elif (
            (character in _JOINERS and _joins(composed, position))
            or character == "\n"
            or not (
                category in _INVISIBLE or character in _BLANKS or marks > MAX_MARKS or _is_none(character)
            )
        ):
            kept.append(character)
    # Once more, because a mark may have been apart from its letter.
    return unicodedata.normalize("NFC", "".join(kept))


def shortened(text: str, max_length: int) -> str:
    """The readable text in at most so many characters; the last of them is an ellipsis where there was more."""
    # The rest is not even looked at: it may be millions of characters.
    seen = readable(text[: max_length * 4])
    return seen if len(seen) <= max_length and len(text) <= max_length * 4 else seen[: max_length - 1] + "…"


def _is_none(character: str) -> bool:
    """Whether it is one of the 66 code points that will never be a character."""
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _joins(text: str, position: int) -> bool:
    """Whether the characters before and after may need a joiner between them."""
    around = text[position - 1 : position], text[position + 1 : position + 2]
    return all(one and unicodedata.category(one) in _JOINED for one in around)
