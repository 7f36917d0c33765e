"""An SVG of somebody else, written anew from what is known to draw and to do nothing else.

Nothing of the file is passed on: its elements, attributes and values are read by the lists in `allowed`, and what was
read is written by us, with ids of ours. Nothing that is written leads out of the file. A file with a program, or with
definitions of its own (a DTD, entities), is refused as a whole. What is on no list, such as text, whose look depends on
fonts that a reader may not have, is left out and named, so that nobody publishes a picture that has changed unseen.

* parsed      the file as a tree, within limits
* styles      style sheets and `style` as attributes
* values      one reader for each kind of value
* allowed     the lists
* references  what one element needs of others, without circles and without end
* written     the new file
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from badges.pictures import Square
from badges.readable import readable
from badges.rebuilt_svg.allowed import Cleaner
from badges.rebuilt_svg.parsed import parse
from badges.rebuilt_svg.references import resolve
from badges.rebuilt_svg.written import BEGINNING, write

__all__ = ["MAX_BYTES", "RebuiltSvg", "rebuild", "with_title"]

#: Of the uploaded file, and of what is written.
MAX_BYTES = 700_000
_TITLED = re.compile(re.escape(BEGINNING) + rb"<title>[^<]*+</title>")


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltSvg:
    """`svg` is a square drawing of 600 by 600 units; `left_out` are names of elements and attributes, each once."""

    svg: bytes
    left_out: tuple[str, ...]


def rebuild(file: bytes, square: Square | None = None) -> RebuiltSvg:
    """The SVG written anew: that part of it, or the whole in the middle of a square.

    Costs time that its author decides: for a stranger's file it is called in a process that can be ended. Raises
    PictureError with the code `picture_too_large`, `not_an_svg`, `svg_dtd`, `svg_script`, `svg_too_complex` or
    `svg_without_size`.
    """
    root, rules = parse(file, MAX_BYTES)
    cleaner = Cleaner(rules)
    picture = resolve(cleaner.root(root), cleaner.left_out)
    return RebuiltSvg(svg=write(picture, MAX_BYTES, square), left_out=tuple(cleaner.left_out))


def with_title(svg: bytes, title: str) -> bytes:
    """What `rebuild` wrote, with this title for screen readers, in place of an earlier one."""
    name = f"<title>{escape(readable(title), quote=False)}</title>".encode()
    return BEGINNING + name + _TITLED.sub(BEGINNING, svg, count=1).removeprefix(BEGINNING)
