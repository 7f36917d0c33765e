"""similar_words: words of offers that somebody may have meant, where a typed one is nowhere.

A word is similar where one letter is missing, too many, another one, or in the place of its neighbour: that is most of
what people mistype. A short word has too many neighbours, and its first letter is seldom wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

#: A shorter word is similar to none.
SHORTEST = 5


def similar_words(word: str, known: Iterable[str]) -> frozenset[str]:
    """Those of the known words that are one slip of the fingers away from `word`, or begin so."""
    if len(word) < SHORTEST:
        return frozenset()
    return frozenset(each for each in known if each[:1] == word[:1] and _begins_similarly(each, word))


def _begins_similarly(known: str, word: str) -> bool:
    """Whether `known`, or its beginning, is one slip away: endings are typed rightly, or not at all."""
    lengths = {len(known), *(len(word) + more for more in (-1, 0, 1))}
    return any(is_one_slip(known[:length], word) for length in lengths if length <= len(known))


def is_one_slip(one: str, other: str) -> bool:
    """Whether two words differ in one letter, which is missing, too many, another one, or changed with the next."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    left, right = one[start:], other[start:]
    if len(one) != len(other):
        shorter, longer = sorted((left, right), key=len)
        return longer[1:] == shorter
    return left[1:] == right[1:] or left[1::-1] + left[2:] == right
