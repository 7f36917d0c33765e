"""The journal of erasures and revocations: written to its file, compared with it at the start, and applied once more.

An entry is noted in the transaction of the act (`lti_tool.store.journal`), and numbered once it is in the file. Where
the process dies between the two, the file has lines that the database has not numbered: they are found by the entry's
id, and numbered then. So no entry is lost, and none stands there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from lti_tool.errors import JournalError
from lti_tool.privacy.account_key import SETTING
from lti_tool.privacy.journal_file import JournalFile, Line, OpenJournal
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import JournalEntry

#: How many entries are written at once: so many are compared after a crash, at most.
WRITTEN_AT_ONCE = 100
APPLY = "python -m lti_tool journal apply"
REBUILD = "python -m lti_tool journal rebuild"


class HasJournal(Protocol):
    """The database, and the file of its journal; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...
    @property
    def journal(self) -> JournalFile: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


def write_journal(tool: HasJournal) -> int:
    """Writes to the file what is not in it yet; how many entries that were.

    Raises JournalError where file and database are not of one history, OSError where it cannot be written.
    """
    number = 0
    with tool.journal.opened() as file:
        while True:
            with tool.store.begin() as session:
                queries.journal.hold(session, SETTING)
                _number_lines(session, file.lines)
                rows = queries.journal.unwritten(session, WRITTEN_AT_ONCE)
                if not rows:
                    return number
                _append(file, rows)
                number += len(rows)


def check_journal(tool: HasJournal) -> None:
    """Raises JournalError where the file knows more than the database, or less, with what mends it.

    So too where there is none beside a database that was restored: nobody knows then what was erased after its backup.
    """
    lines = _lines(tool)
    with tool.store.read() as session:
        _behind(session, lines)


def begin_journal(tool: HasJournal) -> None:
    """As `check_journal`; makes the file where there is none yet, so that a copy can be kept apart.

    Also raises OSError.
    """
    check_journal(tool)
    with tool.journal.opened():
        pass


def _lines(tool: HasJournal) -> Sequence[Line]:
    if not tool.journal.exists:
        with tool.store.read() as session:
            if queries.journal.was_restored(session):
                raise JournalError(
                    "the database was restored from a backup, and JOURNAL_FILE is not there: bring back its newest "
                    f"copy and run {APPLY}, or, where there is none, begin a new one: {REBUILD}"
                )
    return tool.journal.lines()


def lines_to_apply(tool: HasJournal) -> Sequence[Line]:
    """The lines of the file that the database does not know of: what was done after the backup was made.

    Raises JournalError where the file is of another history.
    """
    lines = _lines(tool)
    with tool.store.read() as session:
        last = queries.journal.last_position(session)
        _refuse_lost(session, lines, last)
        known = queries.journal.entries(session, [line.entry for line in lines[last:]])
    return [line for line in lines[last:] if line.entry not in known]


def rebuild(tool: HasJournal) -> int:
    """Writes the file anew from the entries that the database has; how many that are.

    For an operator who has lost the file: what was done after the newest backup cannot be known from it any more.
    Raises JournalError where the file has lines still.
    """
    number = 0
    with tool.journal.opened() as file:
        if file.lines:
            raise JournalError("JOURNAL_FILE has entries: move it away first, and keep it")
        with tool.store.begin() as session:
            queries.journal.hold(session, SETTING)
            while rows := queries.journal.written(session, number, WRITTEN_AT_ONCE):
                file.append([_line(row, number + offset) for offset, row in enumerate(rows, 1)])
                number += len(rows)
    return number + write_journal(tool)


def _append(file: OpenJournal, rows: Sequence[JournalEntry]) -> None:
    """To the file first: a number in the database says that the entry is there."""
    first = len(file.lines) + 1
    file.append([_line(row, first + offset) for offset, row in enumerate(rows)])
    for offset, row in enumerate(rows):
        row.position = first + offset


def _number_lines(session: Session, lines: Sequence[Line]) -> None:
    """Numbers the entries that a process wrote which died then."""
    for line in _behind(session, lines):
        queries.journal.entries(session, [line.entry])[line.entry].position = line.position
    session.flush()


def _behind(session: Session, lines: Sequence[Line]) -> Sequence[Line]:
    """The lines that the database has not numbered, but knows of. Raises JournalError where it knows others."""
    last = queries.journal.last_position(session)
    _refuse_lost(session, lines, last)
    known = queries.journal.entries(session, [line.entry for line in lines[last:]])
    unknown = [line for line in lines[last:] if line.entry not in known]
    if unknown:
        raise JournalError(
            f"the database is older than JOURNAL_FILE: it does not know of {len(unknown)} erasures or revocations that "
            f"were made after its backup. Do them once more, and start again: {APPLY}"
        )
    return lines[last:]


def _refuse_lost(session: Session, lines: Sequence[Line], last: int) -> None:
    if len(lines) < last:
        raise JournalError(
            f"JOURNAL_FILE has {len(lines)} of the {last} erasures and revocations that were written to it. Bring back "
            f"its newest copy, or, where there is none, write it anew from the database: {REBUILD}"
        )
    entry = queries.journal.entry_at(session, last) if last else None
    if entry is not None and lines[last - 1].entry != entry.id:
        raise JournalError(
            "JOURNAL_FILE is of another history than the database: bring back the one that fits"
        )


def _line(row: JournalEntry, position: int) -> Line:
    return Line(position=position, entry=row.id, kind=row.kind, at=row.at, data=row.data)
