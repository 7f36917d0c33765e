"""The font of pages, and the fonts of documents, as CSS declares them: no name is drawn as boxes.

Manrope is the font of all pages; one file has every weight. A page asks for one of the others only where it has a
letter of its script that no font named before FAMILY has, and where none of the fonts that come with the reader's
system is found by its name. What Manrope lacks of Latin, Greek and Cyrillic is left to the reader's fonts, which all
have it; so are emoji, and Chinese, Japanese and Korean, whose fonts are large.

Source: CSS Fonts Module Level 4, sections 4.3 (`src`) and 4.5 (`unicode-range`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from font_manrope import font_directory

from badges.font_runs import Font, letters_of_scripts

#: Named first in the list of tokens.css; its weights are 200 to 800.
PAGE_FAMILY = "Manrope"
PAGE_FONT = Path(font_directory) / "Manrope-VariableFont_wght.ttf"
#: Named last there.
FAMILY = "Nozimite Scripts"
_LICENCES = (
    "Manrope, copyright the Manrope Project Authors, SIL Open Font License 1.1: Manrope-OFL.txt",
    "Noto fonts, copyright Google LLC, SIL Open Font License 1.1: Noto-OFL.txt",
)
#: The fonts of Windows, then of macOS and iOS, and their scripts. The Noto fonts are those of Android and Linux.
_OF_SYSTEMS = {
    "Segoe UI": "Georgian Armenian Hebrew Arabic",
    "Ebrima": "Ethiopic",
    "Nirmala UI": "Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala",
    "Leelawadee UI": "Thai Lao Khmer",
    "Myanmar Text": "Myanmar",
    "Mshtakan": "Armenian",
    "Kefa": "Ethiopic",
    "Arial Hebrew": "Hebrew",
    "Geeza Pro": "Arabic",
    "Kohinoor Devanagari": "Devanagari",
    "Kohinoor Bangla": "Bengali",
    "Gurmukhi MN": "Gurmukhi",
    "Kohinoor Gujarati": "Gujarati",
    "Oriya Sangam MN": "Oriya",
    "Tamil Sangam MN": "Tamil",
    "Kohinoor Telugu": "Telugu",
    "Kannada Sangam MN": "Kannada",
    "Malayalam Sangam MN": "Malayalam",
    "Sinhala Sangam MN": "Sinhala",
    "Thonburi": "Thai",
    "Lao Sangam MN": "Lao",
    "Khmer Sangam MN": "Khmer",
    "Myanmar Sangam MN": "Myanmar",
}
#: Scripts in which a joiner changes how a letter is written; Chromium has to find it in the same font. It then loads
#: that of each of these, from the last, until one has all letters of the word: in Sinhala it is common.
_WITH_JOINER = {"Devanagari", "Bengali", "Malayalam", "Sinhala"}
_JOINER = 0x200D


def font_faces(address: Callable[[Path], str]) -> str:
    """The style sheet, with each font file at its address."""
    faces = [
        face for font, letters in letters_of_scripts().items() for face in _faces(font, letters, address)
    ]
    page_face = (
        f'@font-face {{ font-family: "{PAGE_FAMILY}"; font-weight: 200 800; font-display: swap; '
        f'src: url("{address(PAGE_FONT)}") format("truetype"); }}'
    )
    return "\n".join((*(f"/* {licence} */" for licence in _LICENCES), page_face, *faces, ""))


def unicode_range(characters: Iterable[int]) -> str:
    """The code points as CSS writes them: `U+900-97F,U+1CD0`."""
    ranges: list[tuple[int, int]] = []
    for character in sorted(characters):
        if ranges and ranges[-1][1] == character - 1:
            ranges[-1] = (ranges[-1][0], character)
        else:
            ranges.append((character, character))
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in ranges)


def _faces(font: Font, letters: Iterable[str], address: Callable[[Path], str]) -> tuple[str, str]:
    script = font.name.removeprefix("NotoSans")
    joiner = [_JOINER] if script in _WITH_JOINER else []
    characters = unicode_range([*map(ord, letters), *joiner])
    names = [
        f"Noto Sans {script}",
        *(name for name, scripts in _OF_SYSTEMS.items() if script in scripts.split()),
    ]
    return (
        _face(names, font.medium, 400, characters, address),
        _face([f"{name} Bold" for name in names], font.bold, 700, characters, address),
    )


def _face(
    names: Iterable[str], file: Path, weight: int, characters: str, address: Callable[[Path], str]
) -> str:
    source = ", ".join(
        (*(f'local("{name}")' for name in names), f'url("{address(file)}") format("truetype")')
    )
    # Until it is there, what the reader has is shown.
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-display: swap; '
        f"src: {source}; unicode-range: {characters}; }}"
    )
