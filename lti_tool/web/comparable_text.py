"""Words as searches compare them: without capitals and marks."""

from __future__ import annotations

import unicodedata

#: Letters that are one letter with a mark to a reader, and not to Unicode.
_WITHOUT_MARKS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def comparable(text: str) -> str:
    """The text without capitals and marks: "Bērziņa" and "berzina" are the same."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each)).translate(_WITHOUT_MARKS)
