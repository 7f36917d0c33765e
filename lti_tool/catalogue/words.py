"""word_stem: the part of a word that its forms have in common, so that a search finds "kursos" by "kursi".

Both stemmers are light: they take an ending away, not what a word is derived by. Letters have no marks any more, so
that "macisanas" finds "mācīšanās", and k and ķ, s and š are one letter.

Latvian, in this order:

1. the longest of ENDINGS that leaves two letters is taken away: those of all declensions, and of adjectives
2. "aj", else "j": what the definite adjective, the words in -tājs and the genitives in -ju have before their ending
3. at the end t becomes s, and d becomes z, as in "bites, bišu" and "brieži, briedis"

English: plural, -ing, -ed and a final e; of two equal consonants at the end one is left.
"""

from __future__ import annotations

from functools import lru_cache

from badges.vocabularies.search_index import folded

#: Of nouns and adjectives, without marks; the longest first.
ENDINGS = tuple(
    sorted(
        "ais iem ies am em im um ij ai ei as es is os us ie a e i o u s".split(),
        key=len,
        reverse=True,
    )
)
_ENGLISH_ENDINGS = ("ing", "es", "ed", "is", "s", "e")
#: What is left of a word is never shorter.
SHORTEST_STEM = {"lv": 2, "en": 3}


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in lower case and without marks."""
    return tuple(folded(text).split())


@lru_cache(maxsize=50_000)
def word_stem(word: str, language: str) -> str:
    """The stem of a word as `words_of` gives it: of a Latvian one in "lv", of an English one in any other language."""
    return _latvian(word) if language == "lv" else _english(word)


def _latvian(word: str) -> str:
    stem = _without_one_of(ENDINGS, word, SHORTEST_STEM["lv"])
    stem = _without_one_of(("aj", "j"), stem, SHORTEST_STEM["lv"])
    changed = {"t": "s", "d": "z"}.get(stem[-1], stem[-1])
    return stem[:-1] + changed


def _english(word: str) -> str:
    shortest = SHORTEST_STEM["en"]
    if word.endswith("ies") and len(word) > shortest + 1:
        return f"{word[:-3]}y"
    stem = word if word.endswith("ss") else _without_one_of(_ENGLISH_ENDINGS, word, shortest)
    is_doubled = len(stem) > shortest and stem[-1] == stem[-2] and stem[-1] not in "aeiou"
    return stem[:-1] if is_doubled else stem


def _without_one_of(endings: tuple[str, ...], word: str, shortest: int) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word.removesuffix(ending)
    return word
