"""same_spelling, nearly_same_spelling: whether two names or e-mail addresses are written alike.

Sources: Unicode Standard Annex 15 (normalization), and the Unicode Standard, 3.13 (case folding).
"""

from __future__ import annotations

import unicodedata

#: Letters of Latin scripts that Unicode does not take apart into a letter and a mark, though readers do.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_MARKS = frozenset({"Mn", "Me"})


def same_spelling(one: str, other: str) -> bool:
    """Whether the texts are the same but for case, spaces around words, and the order of combining marks."""
    return _in_order(one) == _in_order(other)


def nearly_same_spelling(one: str, other: str) -> bool:
    """Whether they are the same but for accents, spaces or the order of words: “berzina anna” and “Anna Bērziņa”."""
    words, others = _without_marks(one).split(), _without_marks(other).split()
    return bool(words) and ("".join(words) == "".join(others) or sorted(words) == sorted(others))


def _in_order(text: str) -> str:
    """The text in lower case and decomposed, one space between words, the marks of each letter sorted."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    letters: list[str] = []
    marks: list[str] = []
    for character in " ".join(folded.split()):
        category = unicodedata.category(character)
        if category in _MARKS:
            marks.append(character)
        elif category != "Cf":  # what is not seen: see badges.readable
            letters += [*sorted(marks), character]
            marks = []
    return "".join([*letters, *sorted(marks)])


def _without_marks(text: str) -> str:
    plain = _in_order(text).translate(_PLAIN)
    return "".join(character for character in plain if unicodedata.category(character) not in _MARKS)
