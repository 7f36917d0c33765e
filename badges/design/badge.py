"""The drawing of a design: a rim of facets, a thread, a sign, the title, the level as diamonds, the issuer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, radians, sin

from badges.design.drawing import Area, Drawing, Line, Picture, Words
from badges.design.logo import CORNER, HEIGHTS, on_plate
from badges.design.palettes import Palette, blend, palette
from badges.design.shapes import Shape, below, edges, inset, raised, room, shape
from badges.design.signs import GRID, LINE_WIDTH, sign_lines
from badges.lettering import Colour, Letters, Point, fit, hyphenate, shorten, shown, wrap

LEVELS = 8
# How far from the edge the rim, the thread and the ornament lie, and where words may begin.
_RIM, _THREAD, _ORNAMENT, _WORDS = 34, 46, 60, 72
#: From which level the border grows richer: a second thread, then a woven one.
_SECOND_THREAD, _WOVEN = 5, 7
_SIGN_SIZE, _MARK_SIZE = 100, 270
_DIAMOND, _DIAMOND_STEP = 8, 22
#: A logo needs more room below the title than a name does.
_RAISED = 26
# Texts are measured in pixels of this many to one of the sheet: letters have whole sizes.
_SCALE = 4
_TITLE_SIZES = tuple(range(56 * _SCALE, 17 * _SCALE, -2 * _SCALE))
_HYPHENATED_SIZE, _TITLE_LINES = 34 * _SCALE, 6
_ISSUER_SIZES, _ISSUER_STEP = tuple(range(22 * _SCALE, 13 * _SCALE, -_SCALE)), 22
_CAPTION_SIZES = tuple(range(23, 11, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What the picture shows.

    `shape`, `colours` and `sign` are codes of vocabularies, or None for the usual ones. `level` is 1 to 8, None where
    none is shown, with `level_text`, such as "EQF 4 · LKI 4". `credits_text`, such as "3 ECTS", is empty where none are
    shown. `logo` is a PNG of `badges.pictures.fit_logo` in place of the issuer's name, empty for the name.
    """

    title: str
    issuer: str
    shape: str | None = None
    colours: str | None = None
    sign: str | None = None
    level: int | None = None
    level_text: str = ""
    credits_text: str = ""
    logo: bytes = b""

    @property
    def caption(self) -> str:
        """What stands below the title: the level in words, and the credits."""
        level = self.level_text if self.level is not None else ""
        return " · ".join(filter(None, (level, self.credits_text)))


def badge_drawing(design: Design) -> Drawing:
    """The whole picture. Raises KeyError for a palette that is not in its vocabulary."""
    form, colours = shape(design.shape), palette(design.colours)
    if design.logo:
        form = raised(form, _RAISED)
    return Drawing(
        edge=form.outline,
        parts=(
            *_ground(form, colours, design.level or 0),
            *_sign(design.sign, form.sign, _SIGN_SIZE, colours.thread),
            *_title(form, design, colours),
            *_level(form, design, colours),
            *_issuer(form, design, colours),
        ),
    )


def mark_drawing(design: Design) -> Drawing:
    """The picture without words, its sign as large as the shape has room for. Raises as `badge_drawing` does."""
    form, colours = shape(design.shape), palette(design.colours)
    return Drawing(
        edge=form.outline,
        parts=(*_ground(form, colours, 0), *_sign(design.sign, 298, _MARK_SIZE, colours.thread)),
    )


# --- The ground


def _ground(form: Shape, colours: Palette, level: int) -> Iterator[Area]:
    """The rim, the field and its border, which the level makes richer."""
    rim = inset(form.outline, _RIM)
    yield Area(corners=form.outline, colour=colours.dark)
    for outer, inner in zip(edges(form.outline), edges(rim), strict=True):
        yield Area(corners=(*outer, inner[1], inner[0]), colour=_lit(outer, colours))
    yield Area(corners=rim, colour=colours.field)
    yield Area(corners=below(inset(form.outline, _THREAD), form.diamonds - 24), colour=colours.shade)
    yield from _border(form.outline, _THREAD, 7 if level > 2 else 5, colours.thread)
    if level >= _WOVEN:
        yield from _weave(inset(form.outline, _ORNAMENT), colours.thread)
    elif level >= _SECOND_THREAD:
        yield from _border(form.outline, _ORNAMENT - 3, 2, colours.thread)


def _lit(edge: tuple[Point, Point], colours: Palette) -> Colour:
    """The colour of the facet at an edge: the light comes from the upper left."""
    (x1, y1), (x2, y2) = edge
    towards = atan2(-(x2 - x1), y2 - y1) - radians(60)
    return blend(colours.light, colours.dark, (1 + cos(towards)) / 2)


def _border(outline: Sequence[Point], distance: float, width: float, colour: Colour) -> Iterator[Area]:
    """A band along the outline, a piece for each edge, so that what lies inside stays seen."""
    outer, inner = inset(outline, distance - width / 2), inset(outline, distance + width / 2)
    for one, other in zip(edges(outer), edges(inner), strict=True):
        yield Area(corners=(*one, other[1], other[0]), colour=colour)


def _weave(outline: Sequence[Point], colour: Colour) -> Iterator[Area]:
    """A line of small diamonds."""
    for (x1, y1), (x2, y2) in edges(outline):
        count = max(1, round(hypot(x2 - x1, y2 - y1) / 17))
        for number in range(count):
            share = (number + 0.5) / count
            yield _diamond((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share), 4.6, colour)


def _diamond(middle: Point, radius: float, colour: Colour) -> Area:
    x, y = middle
    return Area(corners=((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)), colour=colour)


# --- The sign


def _sign(code: str | None, y: float, size: float, colour: Colour) -> Iterator[Area | Line]:
    """The sign with its middle at a height; where none is chosen, an eight-pointed star of Latvian patterns."""
    lines = sign_lines(code)
    if not lines:
        yield Area(corners=_star((300, y), size / 2), colour=colour)
    scale, left, top = size / GRID, 300 - size / 2, y - size / 2
    for line in lines:
        yield Line(
            points=tuple((left + px * scale, top + py * scale) for px, py in line),
            width=LINE_WIDTH * scale,
            colour=colour,
        )


def _star(middle: Point, radius: float) -> tuple[Point, ...]:
    lengths = (1.0, 0.42) * 8
    return tuple(
        (
            middle[0] + radius * length * sin(number * pi / 8),
            middle[1] - radius * length * cos(number * pi / 8),
        )
        for number, length in enumerate(lengths)
    )


# --- Words


def _title(form: Shape, design: Design, colours: Palette) -> Iterator[Words]:
    """The title in the largest letters that fit between the sign and what stands below."""
    top = form.sign + _SIGN_SIZE / 2 + 8
    bottom = form.diamonds - 22 if design.level else form.level - 26
    width, height = room(inset(form.outline, _WORDS), top, bottom), bottom - top
    lines, letters = fit(
        design.title, width * _SCALE, height * _SCALE, _TITLE_SIZES, _HYPHENATED_SIZE, _TITLE_LINES
    )
    step = letters.height(lines) / _SCALE
    for number, line in enumerate(lines):
        y = (top + bottom) / 2 + step * (number - (len(lines) - 1) / 2)
        yield Words(
            text=line, middle=(300, y), size=letters.size / _SCALE, weight="bold", colour=colours.words
        )


def _level(form: Shape, design: Design, colours: Palette) -> Iterator[Area | Line | Words]:
    """Eight diamonds, as many of them filled as the level is high; the level and the credits in words."""
    for number in range(LEVELS if design.level is not None else 0):
        x = 300 + _DIAMOND_STEP * (number - (LEVELS - 1) / 2)
        filled = _diamond((x, form.diamonds), _DIAMOND, colours.thread)
        if number < (design.level or 0):
            yield filled
        else:
            yield Line(points=(*filled.corners, filled.corners[0]), width=2.5, colour=colours.thread)
    if design.level is not None or design.caption:
        yield _caption(form, design.caption, colours)


def _caption(form: Shape, text: str, colours: Palette) -> Words:
    """The words in the largest letters in which they fit."""
    width = room(inset(form.outline, _WORDS), form.level - 10, form.level + 10)
    size = next(
        (
            size
            for size in _CAPTION_SIZES
            if Letters(weight="bold", size=size * _SCALE).width(text) <= width * _SCALE
        ),
        _CAPTION_SIZES[-1],
    )
    return Words(text=text, middle=(300, form.level), size=size, weight="bold", colour=colours.thread)


def _issuer(form: Shape, design: Design, colours: Palette) -> Iterator[Words | Area | Picture]:
    """The issuer's logo, or its name."""
    top = form.issuer if design.level is not None or design.caption else form.level
    if not design.logo:
        yield from _issuer_name(form, design.issuer, top, colours)
        return
    # It begins where a name would. Shapes grow narrower below, so a plate that is lower may be wider.
    top, words = top - 11, inset(form.outline, _WORDS)
    rooms = [(room(words, top, top + height - CORNER), height) for height in HEIGHTS]
    yield from on_plate(design.logo, (300, top), rooms)


def _issuer_name(form: Shape, issuer: str, top: float, colours: Palette) -> Iterator[Words]:
    """The issuer's name in one line, or in smaller letters in two, of which the second is shortened if need be."""
    words = inset(form.outline, _WORDS)
    heights = (top, top + _ISSUER_STEP)
    rooms = [room(words, y - 10, y + 10) * _SCALE for y in heights]
    text = shown(issuer)
    letters = Letters(weight="medium", size=_ISSUER_SIZES[0])
    lines = [text]
    for size in _ISSUER_SIZES:
        letters = Letters(weight="medium", size=size)
        lines = _in_two_lines(text, letters, rooms[0])
        if all(letters.width(line) <= width for line, width in zip(lines, rooms, strict=False)):
            break
    else:
        lines = [
            line if letters.width(line) <= width else shorten(line, letters, width)
            for line, width in zip(lines, rooms, strict=False)
        ]
    for line, y in zip(lines, heights, strict=False):
        yield Words(
            text=line, middle=(300, y), size=letters.size / _SCALE, weight="medium", colour=colours.words
        )


def _in_two_lines(text: str, letters: Letters, width: float) -> list[str]:
    """The text in one line where it fits, else its first line and the rest."""
    if letters.width(text) <= width:
        return [text] if text else []
    first = hyphenate(wrap(text, letters, width)[0], letters, width)[0]
    rest = text.removeprefix(first if text.startswith(first) else first.removesuffix("-")).strip()
    return [first, rest] if rest else [first]
