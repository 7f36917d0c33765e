"""font_runs: a line of text in pieces of one font each, in the order in which they are drawn.

Manrope has Latin, Greek, Cyrillic and Vietnamese. For other letters there are Noto fonts in this package; those of
Chinese, Japanese and Korean are large, and used where the system has them. A font is opened when a text needs it.

Sources: Unicode Standard Annex 9 (bidirectional algorithm, applied by fpdf2) and Annex 29 (grapheme clusters).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

import uharfbuzz

from badges.readable import readable

Direction = Literal["ltr", "rtl"]
FOLDER = Path(__file__).parent / "fonts"
_JOINERS = "\u200c\u200d"
_MARKS = frozenset({"Mn", "Mc", "Me"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
#: The canonical combining class of viramas, which join the letters around them.
_VIRAMA = 9
#: Vowels of Thai and Lao that are written before and after their consonant, letters by category.
_VOWELS_BEFORE, _VOWELS_AFTER = "เแโใไເແໂໃໄ", "\u0e33\u0eb3"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """A typeface in two weights; `index` is its number in a collection. `joined`: its letters depend on each other."""

    name: str
    medium: Path
    bold: Path
    index: int = 0
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a line in one font and one direction, its characters in the order in which they are read."""

    text: str
    font: Font
    direction: Direction = "ltr"


def _noto(name: str, *, joined: bool = False) -> Font:
    return Font(
        name=f"Noto{name}",
        medium=FOLDER / f"Noto{name}-Regular.ttf",
        bold=FOLDER / f"Noto{name}-Bold.ttf",
        joined=joined,
    )


MAIN = Font(name="Manrope", medium=FOLDER / "Manrope-Medium.ttf", bold=FOLDER / "Manrope-Bold.ttf")
#: The letters of Europe that Manrope lacks.
_SANS = _noto("Sans")
#: Of one script each.
_OF_SCRIPTS = (
    *(_noto(f"Sans{script}") for script in ("Georgian", "Armenian", "Ethiopic")),
    *(
        _noto(f"Sans{script}", joined=True)
        for script in (
            *(
                "Hebrew",
                "Arabic",
                "Devanagari",
                "Bengali",
                "Gurmukhi",
                "Gujarati",
                "Oriya",
                "Tamil",
                "Telugu",
            ),
            *("Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Khmer", "Myanmar"),
        )
    ),
)
_EMOJI = FOLDER / "NotoEmoji-SemiBold.ttf"
#: The first of them that has all letters of a word draws it.
_SHIPPED = (
    MAIN,
    _SANS,
    *_OF_SCRIPTS,
    Font(name="NotoEmoji", medium=_EMOJI, bold=_EMOJI),
)
#: Where systems have a font for Chinese, Japanese and Korean: Debian and Ubuntu, Arch, Fedora, Alpine, and the smaller
#: one of Debian's fonts-droid-fallback. The first that exists is used.
_CJK_FONTS = tuple(
    (Path(f"/usr/share/fonts/{medium}"), Path(f"/usr/share/fonts/{bold}"))
    for medium, bold in (
        *(
            (f"{folder}/NotoSansCJK-Regular.ttc", f"{folder}/NotoSansCJK-Bold.ttc")
            for folder in ("opentype/noto", "noto-cjk", "google-noto-sans-cjk-fonts", "noto")
        ),
        ("truetype/droid/DroidSansFallbackFull.ttf", "truetype/droid/DroidSansFallbackFull.ttf"),
    )
)


def letters_of_scripts() -> dict[Font, frozenset[str]]:
    """The fonts of one script each, with the characters that no font before them has."""
    found: dict[Font, frozenset[str]] = {}
    earlier = set(_letters(MAIN) | _letters(_SANS))
    for font in _OF_SCRIPTS:
        letters = _letters(font)
        found[font] = frozenset(letter for letter in letters - earlier if not _is_ignorable(letter))
        earlier |= letters
    return found


def is_plain(text: str) -> bool:
    """Whether the main font has every character, so that nothing has to be put in order or joined."""
    return _letters(MAIN).issuperset(text)


def drawable(text: str) -> str:
    """The readable text without the characters that no font has, nor the spaces that stood beside them."""
    text = readable(text)
    if is_plain(text):
        return text
    return "\n".join(_drawable_line(line) for line in text.split("\n"))


def undrawable(text: str) -> tuple[str, ...]:
    """The characters of the readable text, each once, that no font has."""
    text = readable(text)
    if is_plain(text):
        return ()
    return tuple(dict.fromkeys(each for each in clusters(text) if each != "\n" and not font_of(each)))


def font_runs(line: str) -> tuple[Run, ...]:
    """The drawable line as it is drawn from left to right."""
    if is_plain(line):
        return (Run(text=line, font=MAIN),)
    runs: list[Run] = []
    for text, direction in _directions(line):
        pieces = [_run(piece, font, direction) for piece, font in _pieces(text)]
        runs += reversed(pieces) if direction == "rtl" else pieces
    return tuple(runs)


def font_of(text: str, before: Font | None = None) -> Font | None:
    """The first font that has all characters; for spaces and signs, a font that joins what stands around."""
    asked = {character for character in text if not _is_ignorable(character)}
    if (
        before
        and before.joined
        and not any(character.isalpha() for character in text)
        and _letters(before) >= asked
    ):
        return before
    return next((font for font in _SHIPPED if _letters(font) >= asked), None) or next(
        (font for font in _installed() if _letters(font) >= asked), None
    )


def clusters(text: str) -> list[str]:
    """The text in parts that are written as one: a letter with its marks, letters joined by a virama or a joiner."""
    parts: list[str] = []
    for character in text:
        joins = parts and (
            unicodedata.category(character) in _MARKS
            or character in _JOINERS
            or parts[-1][-1] in _JOINERS
            or character in _VOWELS_AFTER
            or parts[-1][-1] in _VOWELS_BEFORE
            or (unicodedata.combining(parts[-1][-1]) == _VIRAMA and not character.isspace())
            or ord(character) in _SKIN_TONES
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _drawable_line(line: str) -> str:
    kept = "".join(cluster for cluster in clusters(line) if font_of(cluster))
    return line if kept == line else " ".join(kept.split())


def _run(text: str, font: Font, direction: Direction) -> Run:
    """A run; what is not shaped, such as the brackets around a Hebrew word, is turned here."""
    if direction == "rtl" and not font.joined:
        return Run(text="".join(reversed(clusters(text))).translate(_MIRRORED), font=font)
    return Run(text=text, font=font, direction=direction)


def _directions(line: str) -> Iterator[tuple[str, Direction]]:
    """The parts of one direction, from left to right."""
    if not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        yield line, "ltr"
        return
    # Its package takes long to import, and few texts need it.
    from fpdf.bidi import BidiParagraph

    drawn = BidiParagraph(text=line, preserve_bn_chars=True).get_reordered_characters()
    for level, same in groupby(drawn, key=lambda each: each.embedding_level):
        text = "".join(each.character for each in same)
        # Odd levels run from right to left.
        yield (text[::-1], "rtl") if level % 2 else (text, "ltr")


def _pieces(text: str) -> list[tuple[str, Font]]:
    """The text in pieces of one font, in reading order; a word is in one font where one has all of it."""
    found: list[tuple[str, Font]] = []
    for word in _WORDS.findall(text):
        whole = font_of(word, found[-1][1] if found else None)
        for part in [word] if whole else clusters(word):
            if font := whole or font_of(part):
                found.append((part, font))
    return [
        ("".join(part for part, _ in same), font) for font, same in groupby(found, key=lambda pair: pair[1])
    ]


def _is_ignorable(character: str) -> bool:
    """Whether a font need not have the character: joiners and variation selectors."""
    return (
        character in _JOINERS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


@cache
def _letters(font: Font) -> frozenset[str]:
    """The characters that both weights of the font have."""
    found = []
    for file in dict.fromkeys((font.medium, font.bold)):
        letters = map(chr, uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)), font.index).unicodes)
        found.append({letter for letter in letters if unicodedata.category(letter) not in ("Cc", "Co")})
    return frozenset.intersection(*map(frozenset, found)) | {"\n"}


@cache
def _installed() -> tuple[Font, ...]:
    return tuple(
        Font(name="CJK", medium=medium, bold=bold)
        for medium, bold in _CJK_FONTS
        if medium.is_file() and bold.is_file()
    )[:1]
