"""What a machine can see of a translation that nobody of us reads as their own language."""

from __future__ import annotations

import re
import unicodedata

#: The quotation marks of each language, as the style guide of the EU's institutions has them.
QUOTES = {
    "bg": "„“",
    "cs": "„“",
    "da": "»«",
    "de": "„“",
    "el": "«»",
    "es": "«»",
    "et": "„”",
    "fi": "””",
    "fr": "«»",
    "ga": "“”",
    "hr": "„”",
    "hu": "„”",
    "it": "«»",
    "lt": "„“",
    "mt": "“”",
    "nl": "“”",
    "pl": "„”",
    "pt": "«»",
    "ro": "„”",
    "sk": "„“",
    "sl": "„“",
    "sv": "””",
}
_ALL_QUOTES = '„“”«»"‘‚‹›'
#: A word that a file in the language has, by which another that was pasted into it is noticed.
OWN_WORDS = {
    "bg": "значка",
    "cs": "odznak",
    "da": "ikke",
    "de": "nicht",
    "el": "σήμα",
    "es": "insignia",
    "et": "märk",
    "fi": "osaamismerkki",
    "fr": "votre",
    "ga": "suaitheantas",
    "hr": "značka",
    "hu": "jelvény",
    "it": "non",
    "lt": "ženklelis",
    "mt": "tal-badge",
    "nl": "niet",
    "pl": "odznaka",
    "pt": "não",
    "ro": "insign",
    "sk": "odznaku",
    "sl": "značke",
    "sv": "märke",
}
#: The same word in English and in the other language.
SAME_WORDS = {"Code", "Badge"}


def places(sentence: str) -> list[str]:
    """The places of names in a sentence, such as `%(name)s`, sorted."""
    return sorted(re.findall(r"%\(\w+\)[a-z]|\{\w*\}", sentence))


def faults(english: str, translated: str, language: str) -> list[str]:
    """What is wrong with a translated sentence, in words; empty where a machine finds nothing."""
    words = re.sub(r"%\(\w+\)[a-z]|\{\w*\}", "", translated)
    found = {
        "is empty": not translated.strip(),
        "has other places": places(english) != places(translated),
        "is English": english == translated and english not in SAME_WORDS,
        "has two spaces": "  " in translated or translated != translated.strip(),
        "is not NFC": not unicodedata.is_normalized("NFC", translated),
        "has other quotation marks": bool(set(_ALL_QUOTES) & set(_without_quotations(words, language))),
        "is too long": len(translated) > 2 * len(english) + 20,
        "mixes scripts": any(len(_scripts(word)) > 1 for word in re.findall(r"[^\W\d_]+", words)),
        "ends otherwise": _ends(english) != _ends(translated),
    }
    return [fault for fault, is_so in found.items() if is_so]


def _without_quotations(words: str, language: str) -> str:
    begin, end = QUOTES[language]
    return re.sub(f"{begin}[^{begin}{end}]*{end}", "", words)


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in word if letter.isalpha()}


def _ends(sentence: str) -> str:
    """How a sentence ends: `.`, `?` or `:`; a greeting ends in each language in its own way."""
    last = sentence[-1:].replace(";", "?")
    return last if last in ".?" else ""
