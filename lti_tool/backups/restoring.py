"""An empty database filled from a backup."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lti_tool.backups.archive import Backup
from lti_tool.errors import BackupError
from lti_tool.store import Session, events, given_places, queries, table_copies
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.migrations import (
    bring_up_to,
    bring_up_to_date,
    knows_revision,
    revision_of,
    wait_for_other_starts,
)
from signing import status
from signing.errors import DecryptionError


def restore(
    store: Store, backup: Backup, decrypt: Callable[[bytes], bytes], now: datetime, by: Actor
) -> None:
    """Fills the database, which has no tables yet, and brings it up to date.

    It is filled wholly or not at all. Where the process ends after that, the next start brings it up to date, as far as
    the journal lets it: only the event of the restoration is missing then. Raises BackupError as `fill` does.
    """
    fill(store, backup, decrypt, now)
    bring_up_to_date(store.engine)
    with store.begin() as session:
        data = {"made_at": backup.manifest.made_at, "rows": backup.manifest.rows}
        events.record(session, "restored", "installation", "", now, actor=by, data=data)


def fill(store: Store, backup: Backup, decrypt: Callable[[bytes], bytes], now: datetime) -> None:
    """Fills the database, which has no tables yet, as it was on the day of the backup, with the tables of that version.

    With the mark that it was restored: from then on nothing starts without the journal. Badges from then on are in
    status lists of their own: places that were given out since the backup are left alone.

    Raises BackupError where there are tables already, where the backup is of a newer version, and where
    KEY_ENCRYPTION_KEY does not open its keys.
    """
    manifest = backup.manifest
    if not knows_revision(manifest.revision):
        raise BackupError(
            f"the backup is of version {manifest.version}, which is newer than this one: restore it with that version"
        )
    try:
        decrypt(manifest.encrypted.encode())
    except DecryptionError as error:
        raise BackupError(
            "KEY_ENCRYPTION_KEY does not open the keys in the backup: restore with the one of its day"
        ) from error
    with store.engine.begin() as connection:
        wait_for_other_starts(connection)
        if revision_of(connection) is not None:
            raise BackupError("the database has tables already: restore into an empty one")
        bring_up_to(connection, manifest.revision)
        filled = table_copies.fill(connection, backup.tables())
        if filled != manifest.tables:
            raise BackupError("the backup is damaged: it has other rows than its manifest says")
        table_copies.set_numbers_given(connection, manifest.numbers)
        given_places.give_none_again(connection, status.LENGTH)
        # Not by the session of a store: the tables are those of another version, of which this one is in all.
        with Session(connection) as session:
            queries.issuers.store_setting(session, queries.journal.RESTORED, now.isoformat(), now)
            session.flush()
