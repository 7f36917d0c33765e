"""Queries for the journal's entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lti_tool.store.models import InstallationSetting, JournalEntry
from lti_tool.store.models.journal import UNWRITTEN

#: The name of a stored setting: when the database was filled from a backup.
RESTORED = "restored"


def was_restored(session: Session) -> bool:
    """Whether the database was filled from a backup, so that there has to be a journal."""
    return session.get(InstallationSetting, RESTORED) is not None


def last_position(session: Session) -> int:
    """How many entries are known to be in the file; 0 where none is."""
    return session.scalar(select(func.max(JournalEntry.position))) or 0


def entry_at(session: Session, position: int) -> JournalEntry | None:
    return session.scalar(select(JournalEntry).where(JournalEntry.position == position))


def unwritten(session: Session, most: int) -> Sequence[JournalEntry]:
    """The oldest entries that are not in the file yet, `most` at most."""
    query = select(JournalEntry).where(text(UNWRITTEN)).order_by(JournalEntry.at, JournalEntry.id)
    return session.scalars(query.limit(most)).all()


def entries(session: Session, ids: Collection[str]) -> Mapping[str, JournalEntry]:
    """The entries with these ids."""
    return {row.id: row for row in session.scalars(select(JournalEntry).where(JournalEntry.id.in_(ids)))}


def written(session: Session, after: int, most: int) -> Sequence[JournalEntry]:
    """The entries behind that position that are known to be in the file, in its order; `most` at most."""
    query = select(JournalEntry).where(JournalEntry.position > after).order_by(JournalEntry.position)
    return session.scalars(query.limit(most)).all()


def hold(session: Session, setting: str) -> None:
    """Holds the setting's row: of several processes, on whichever machine, one at a time writes the journal."""
    session.get_one(InstallationSetting, setting, with_for_update=True)
