"""The part of an own picture that a form chooses: the whole of it, or a square by three sliders.

`static/crop.js` shows that part while it is chosen, with the same arithmetic.
"""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

from badges.pictures import MAX_ZOOM, Square


def chosen_square(form: MultiDict[str, str]) -> Square | None:
    """The square; None for the whole picture. A slider without a number stands where it stood at first."""
    if form.get("part") != "square":
        return None
    return Square(
        across=_per_cent(form, "across", 50, 0, 100) / 100,
        down=_per_cent(form, "down", 50, 0, 100) / 100,
        zoom=_per_cent(form, "zoom", 100, 100, 100 * MAX_ZOOM) / 100,
    )


def _per_cent(form: MultiDict[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = form.get(name, "")
    return min(most, max(least, int(text))) if re.fullmatch("[0-9]{1,4}", text) else usual
