"""Tables as CSV files for spreadsheets, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The text of the file; cells that would be formulas begin with an apostrophe."""
    table = io.StringIO()
    # The mark at the beginning tells spreadsheets that the text is UTF-8.
    table.write("\ufeff")
    writer = csv.writer(table)
    writer.writerow(heading)
    writer.writerows([_neutral(cell) for cell in row] for row in rows)
    return table.getvalue()


def _neutral(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
