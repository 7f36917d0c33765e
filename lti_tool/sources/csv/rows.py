"""The rows of an uploaded list of who has completed: what each says, as people and spreadsheets write it.

Commas, semicolons and tabs part columns; UTF-8 and UTF-16 are read, with and without a mark, and what is neither as
Windows-1257, the code page of the Baltic states. A formula is a text like any other.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

from lti_tool.platforms.claims import comparable_username

MOST_ROWS = 10_000
MOST_BYTES = 3_000_000
MOST_LETTERS = 255

#: What the first line calls a column, in small letters and without spaces, dots, hyphens and underlines.
_COLUMNS = {
    "email": ("email", "emailaddress", "mail", "epasts", "epastaadrese"),
    "user_id": ("id", "userid", "lmsid", "ltiid", "sub", "lietotajaid", "moodleid", "canvasid"),
    "username": ("username", "login", "loginid", "loginname", "sisloginid", "lietotajvards"),
    "date": ("date", "completed", "completedat", "completedon", "datums", "pabeigts", "pabeigsanasdatums"),
    "score": ("score", "grade", "percent", "result", "rezultats", "vertejums", "procenti", "atzime"),
}


class ListError(Exception):
    """The file is no list that can be read; `code` says why, for the page to put into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a list, by its line in the file; `problem` is why it cannot be read, "" where it can.

    `email`, `user_id` and `username` (as `comparable_username`) say whom it is about: one of them at least, unless that
    is the problem.
    """

    line: int
    email: str = ""
    user_id: str = ""
    username: str = ""
    completed_at: datetime | None = None
    score: Decimal | None = None
    problem: str = ""


def read_rows(content: bytes, zone: tzinfo, now: datetime) -> Sequence[Row]:
    """The rows of the file; days are those of the zone. Raises ListError."""
    if len(content) > MOST_BYTES:
        raise ListError("too_large")
    lines = io.StringIO(_decoded(content), newline="")
    try:
        table = csv.reader(lines, delimiter=_delimiter(content), strict=True)
        columns: dict[str, int] | None = None
        found: list[Row] = []
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells)
                continue
            if len(found) == MOST_ROWS:
                raise ListError("too_many_rows")
            found.append(_row(table.line_num, cells, columns, zone, now))
    except csv.Error as error:
        raise ListError("no_table") from error
    if not found:
        raise ListError("no_rows")
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content[1:2] == b"\0" and content[3:4] == b"\0":
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1257"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # No database takes it, and no spreadsheet writes it.
        if "\0" not in text:
            return text
    raise ListError("no_table")


def _delimiter(content: bytes) -> str:
    first = next((line for line in _decoded(content).splitlines() if line.strip()), "")
    return max(";,\t", key=first.count)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is, by the first line. Raises ListError where whom it is about, or when, is not among them."""
    names = [_plain(cell) for cell in cells]
    found: dict[str, int] = {}
    for column, known in _COLUMNS.items():
        places = [place for place, name in enumerate(names) if name in known]
        if len(places) > 1:
            raise ListError("column_twice")
        if places:
            found[column] = places[0]
    if not {"email", "user_id", "username"} & found.keys() or "date" not in found:
        raise ListError("no_columns")
    return found


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.strip().lower())
    return "".join(each for each in letters if each.isalnum())


def _row(line: int, cells: Sequence[str], columns: dict[str, int], zone: tzinfo, now: datetime) -> Row:
    typed = {column: cells[place].strip() if place < len(cells) else "" for column, place in columns.items()}
    if any(len(text) > MOST_LETTERS for text in typed.values()):
        return Row(line=line, problem="too_long")
    email, user_id = typed.get("email", "").lower(), typed.get("user_id", "")
    username = comparable_username(typed.get("username", ""))
    completed_at = _completed_at(typed["date"], zone)
    score, is_score = _score(typed.get("score", ""))
    problem = ""
    if not email and not user_id and not username:
        problem = "nobody"
    elif completed_at is None:
        problem = "no_date"
    elif completed_at > now:
        problem = "future"
    elif not is_score:
        problem = "no_score"
    return Row(
        line=line,
        email=email,
        user_id=user_id,
        username=username,
        completed_at=completed_at,
        score=score,
        problem=problem,
    )


def _completed_at(text: str, zone: tzinfo) -> datetime | None:
    """The moment, or the begin of the day. 2026-11-28 and 28.11.2026; with strokes a day could be a month."""
    dotted = re.fullmatch(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})\.?", text)
    try:
        if dotted:
            day, month, year = map(int, dotted.groups())
            found = datetime.combine(date(year, month, day), time(0), zone)
        elif re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        else:
            return None
    except ValueError:
        return None
    # Before that nobody has completed anything in a learning platform.
    return found if found.year >= 1990 else None


def _score(text: str) -> tuple[Decimal | None, bool]:
    """The score from 0 to 1 of a percentage, None where there is none; and whether it could be read.

    0,7 could be 70 % or less than one: it is not guessed.
    """
    number = text.removesuffix("%").strip().replace(",", ".")
    if not number:
        return None, not text
    try:
        percent = Decimal(number) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", number) else None
    except InvalidOperation:
        percent = None
    if percent is None or percent > 100 or (0 < percent < 1 and not text.endswith("%")):
        return None, False
    return percent / 100, True
