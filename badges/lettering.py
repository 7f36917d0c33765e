"""Letters in pictures: which can be drawn, how wide a line is, and how a text is broken to fit a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import ImageDraw, ImageFont, features

from badges.font_runs import MAIN, Font, Run, clusters, font_of, font_runs, is_plain
from badges.line_breaks import pieces
from badges.readable import readable

Colour = tuple[int, int, int]
Point = tuple[float, float]

WHITE = (255, 255, 255)
#: Whether Pillow can order and join letters: Raqm needs the system's libfribidi.
_JOINS_LETTERS = features.check_feature("raqm")


def undrawable_in_picture(text: str) -> tuple[str, ...]:
    """The characters, each once, that a picture leaves out: no font has them, or nothing here can join them."""
    text = readable(text)
    if is_plain(text):
        return ()
    return tuple(dict.fromkeys(each for each in clusters(text) if not _is_drawable(each)))


def _is_drawable(cluster: str) -> bool:
    font = font_of(cluster)
    return cluster.isspace() or (font is not None and (_JOINS_LETTERS or not font.joined))


def shown(text: str) -> str:
    """The text in one line, without what cannot be drawn."""
    text = readable(text)
    if not is_plain(text):
        text = "".join(each for each in clusters(text) if _is_drawable(each))
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A weight ("medium" or "bold") and a size in pixels, in whichever fonts a text needs."""

    weight: Literal["medium", "bold"]
    size: int

    def width(self, line: str) -> float:
        return sum(self._font(run).getlength(run.text, direction=_direction(run)) for run in font_runs(line))

    def height(self, lines: Sequence[str]) -> float:
        """The distance of one line from the next; letters of many scripts are higher than those of Latin."""
        return self.size * (1.14 if all(map(is_plain, lines)) else 1.4)

    def draw(self, draw: ImageDraw.ImageDraw, middle: Point, line: str, colour: Colour = WHITE) -> None:
        """Draws the line with its centre at `middle`; all fonts stand on the baseline of the main one."""
        main = opened_font(MAIN, self.weight, self.size)
        if is_plain(line):
            draw.text(middle, line, font=main, fill=colour, anchor="mm")
            return
        ascent, descent = main.getmetrics()
        x, baseline = middle[0] - self.width(line) / 2, middle[1] + (ascent - descent) / 2
        for run in font_runs(line):
            font = self._font(run)
            draw.text((x, baseline), run.text, font=font, fill=colour, anchor="ls", direction=_direction(run))
            x += font.getlength(run.text, direction=_direction(run))

    def _font(self, run: Run) -> ImageFont.FreeTypeFont:
        return opened_font(run.font, self.weight, self.size)


def fit(
    text: str, width: float, height: float, sizes: Sequence[int], hyphenated_size: int, max_lines: int
) -> tuple[list[str], Letters]:
    """The text in bold, in the largest of the sizes in which it fits the box, in lines of similar length.

    All is in pixels, `sizes` from the largest to the smallest. From `hyphenated_size` down words that are too long are
    hyphenated; in the smallest size the last line is shortened.
    """
    text = shown(text)
    for size in sizes:
        letters = Letters(weight="bold", size=size)
        whole = wrap(text, letters, width)
        lines = [piece for line in whole for piece in hyphenate(line, letters, width)]
        fits = len(lines) <= max_lines and len(lines) * letters.height(lines) <= height
        if fits and lines == whole:
            return _wrap_evenly(text, letters, width, len(lines)), letters
        if fits and size <= hyphenated_size:
            return lines, letters
    kept = max(1, min(max_lines, int(height / letters.height(lines))))
    if len(lines) > kept:
        lines = [*lines[: kept - 1], shorten(lines[kept - 1], letters, width)]
    return lines, letters


def wrap(text: str, letters: Letters, width: float) -> list[str]:
    """The text in lines; a word that is wider than a line is a line of its own."""
    lines: list[str] = []
    for between, piece in pieces(text):
        if lines and letters.width(lines[-1] + between + piece) <= width:
            lines[-1] += between + piece
        else:
            lines.append(piece)
    return lines or [""]


def _wrap_evenly(text: str, letters: Letters, width: float, lines: int) -> list[str]:
    """The text in as many lines, as narrow as possible, found by bisection: so they become similar in length."""
    too_narrow, wide_enough = width / max(lines, 1) / 2, width
    while wide_enough - too_narrow > 2:
        middle = (too_narrow + wide_enough) / 2
        wrapped = wrap(text, letters, middle)
        if len(wrapped) <= lines and all(letters.width(line) <= middle for line in wrapped):
            wide_enough = middle
        else:
            too_narrow = middle
    return wrap(text, letters, wide_enough)


def hyphenate(line: str, letters: Letters, width: float) -> list[str]:
    """A line of one word that is too long, in pieces; with hyphens, which only some scripts have."""
    hyphen = "-" if is_plain(line) else ""
    parts, rest = [], clusters(line)
    while letters.width("".join(rest)) > width and len(rest) > 1:
        length = max(1, _most_that_fit(rest[:-1], hyphen, letters, width))
        parts.append("".join(rest[:length]) + hyphen)
        rest = rest[length:]
    return [*parts, "".join(rest)]


def shorten(line: str, letters: Letters, width: float) -> str:
    rest = clusters(line.rstrip("-"))
    kept = rest[: _most_that_fit(rest, "…", letters, width)]
    return "".join(kept).rstrip() + "…"


def _most_that_fit(parts: Sequence[str], end: str, letters: Letters, width: float) -> int:
    """How many of the parts fit before `end`, found by bisection.

    Where letters are joined, one more can make a text narrower; then it may be one fewer than would have fitted.
    """
    fitting, too_many = 0, len(parts) + 1
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if letters.width("".join(parts[:middle]) + end) <= width:
            fitting = middle
        else:
            too_many = middle
    return fitting


def _direction(run: Run) -> str | None:
    """The direction for Raqm; the basic layout, in which the other fonts are drawn, takes none."""
    return run.direction if run.font.joined else None


# Few of all fonts, weights and sizes are in use; each open one holds its file.
@lru_cache(maxsize=256)
def opened_font(font: Font, weight: Literal["medium", "bold"], size: int) -> ImageFont.FreeTypeFont:
    """The font in Pillow's basic layout; where letters are joined in Raqm, which is not in every build."""
    file = font.bold if weight == "bold" else font.medium
    layout = ImageFont.Layout.RAQM if font.joined else ImageFont.Layout.BASIC
    return ImageFont.truetype(file, size, font.index, layout_engine=layout)
