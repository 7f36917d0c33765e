"""broken: a text in lines of at most a width, as any script is broken.

Words are broken at spaces, Chinese and Japanese between any two characters; a word that is wider than a line, wherever
a letter with its marks ends.

Source: Unicode Standard Annex 14, as far as names and titles need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from badges.font_runs import clusters

_HAN_OR_KANA = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
#: What must not begin a line: closing marks, small kana and the signs of a long or a repeated sound.
_CLOSING = "、。〉》」』】〕〗々ぁぃぅぇぉっゃゅょァィゥェォッャュョー！，．：；？）］｝"
#: All but those at which no line may be broken.
_SPACES = re.compile(r"[^\S\u00a0\u2007\u202f]+")
_PARTS = re.compile(f"[{_HAN_OR_KANA}][{_CLOSING}]*|[^{_HAN_OR_KANA}]+")


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """What may not be broken, each after what stands before it in a line: a space or nothing."""
    for word in filter(None, _SPACES.split(text)):
        between = " "
        for part in _PARTS.findall(word):
            yield between, part
            between = ""


def broken(text: str, width: float, measured: Callable[[str], float]) -> list[str]:
    """The lines of one paragraph; an empty one has one empty line."""
    lines: list[str] = []
    for between, piece in pieces(text):
        if lines and measured(lines[-1] + between + piece) <= width:
            lines[-1] += between + piece
        else:
            lines += _fitting(piece, width, measured)
    return lines or [""]


def _fitting(piece: str, width: float, measured: Callable[[str], float]) -> list[str]:
    """The piece in as few parts as fit; one letter is a part even where it does not."""
    if measured(piece) <= width:
        return [piece]
    lines = [""]
    for cluster in clusters(piece):
        if lines[-1] and measured(lines[-1] + cluster) > width:
            lines.append("")
        lines[-1] += cluster
    return lines
