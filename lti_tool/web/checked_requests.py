"""The words of a request, checked in one place before any page reads them.

PostgreSQL stores no NUL, no database and no log takes half of a surrogate pair, and a number beyond the range of ids is
an error too. No browser sends any of these by itself, so whoever does is refused: 400 for words, 404 for numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from badges.readable import readable
from lti_tool.values import MAX_ID, is_storable


class CheckedRequest(Request):
    """A request whose form raises BadRequest when it is first read, where a field cannot be stored."""

    def _load_form_data(self) -> None:
        # Werkzeug calls this when the form or the files are read for the first time. Not at the beginning of every
        # request: some pages read the body themselves, or permit a larger one.
        super()._load_form_data()
        _check(text for pair in self.form.items(multi=True) for text in pair)


class IdConverter(IntegerConverter):
    """`<int:...>` of an address, in the range of ids; anything else is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MAX_ID)


def row_ids(field: str) -> Sequence[int]:
    """The ids of rows that a field of the form names, in one value or in several; what can be no id is left out."""
    words = " ".join(request.form.getlist(field)).split()
    numbers = (int(word) for word in words if re.fullmatch("[0-9]{1,10}", word))
    return [number for number in numbers if 0 < number <= MAX_ID]


def row_id(field: str) -> int:
    """The id of a row that a field of the form names; 0, which is none, where it names none."""
    return next(iter(row_ids(field)), 0)


def typed_line(field: str, max_length: int) -> str:
    """The readable words that somebody typed into a field of the form, in one line of at most so many characters."""
    return " ".join(readable(request.form.get(field, "")).split())[:max_length]


def set_up(app: Flask) -> None:
    """Makes the application refuse what cannot be stored. To be called before its routes are added."""
    app.request_class = CheckedRequest
    app.url_map.converters["int"] = IdConverter
    app.before_request(_check_address)


def _check_address() -> None:
    _check([request.path, *(text for pair in request.args.items(multi=True) for text in pair)])


def _check(texts: Iterable[str]) -> None:
    if not all(is_storable(text) for text in texts):
        raise BadRequest
