"""Places in status lists that may have been given out after a backup: none of them is given to another badge.

A badge that was issued after the backup is not in the restored database, but somebody has it, and it names its place.
Were that place given out again, revoking either badge would revoke both. How many were given out since then is not in
the backup, so its lists are closed, and new ones get ids that none had by then.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, inspect, select, update

from lti_tool.store.models import OrganisationStatusList, StatusList
from lti_tool.store.table_copies import numbers_given, set_numbers_given

#: More than the lists that were opened since any backup: each is of 65,536 badges.
ROOM = 1000


def give_none_again(connection: Connection, length: int) -> None:
    """Closes every status list for further badges, and leaves ids free for those opened since the backup.

    `length` is how many entries a list has. To be called once for each time that an older copy was put back.
    """
    for kind in (StatusList, OrganisationStatusList):
        table = kind.__tablename__
        if not inspect(connection).has_table(table):
            # The copy is of a version that had no such lists; its tables are brought up to date afterwards.
            continue
        connection.execute(update(kind).values(taken=length))
        highest = connection.scalar(select(func.max(kind.id))) or 0
        last = max(highest, numbers_given(connection).get(table, 0))
        set_numbers_given(connection, {table: last + ROOM})
