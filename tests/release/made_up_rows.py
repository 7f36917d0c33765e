"""Rows for tables that a walk has left empty, made from their columns alone: so that a backup has some of each.

They mean nothing, but they are there: a migration that moves, joins or refuses rows meets them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Column, Connection, LargeBinary, Numeric, String, Table, select

from lti_tool.store.models import Base, Instant, Score

#: Nobody's, and the same each time.
NUMBER = 1
NAME = str(UUID(int=NUMBER))


def fill_empty_tables(connection: Connection, now: datetime, but: Collection[str]) -> Sequence[str]:
    """Writes a row into each table that has none; the names of those tables. Each is filled after what it refers to."""
    filled = []
    for table in Base.metadata.sorted_tables:
        if table.name not in but and connection.execute(select(table).limit(1)).first() is None:
            connection.execute(table.insert().values(_row(connection, table, now)))
            filled.append(table.name)
    return filled


def _row(connection: Connection, table: Table, now: datetime) -> Mapping[str, Any]:
    return {
        column.name: _value(connection, column, now)
        for column in table.columns
        if not column.nullable and column.autoincrement is not True
    }


def _value(connection: Connection, column: Column[Any], now: datetime) -> Any:
    """Raises TypeError for a column of a type that nobody has thought of here."""
    if column.foreign_keys:
        (referred,) = column.foreign_keys
        return connection.execute(select(referred.column).order_by(referred.column).limit(1)).scalar_one()
    kind = column.type
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Instant):
        return now
    if isinstance(kind, LargeBinary):
        return NAME.encode()
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, String):
        return NAME[: kind.length]
    if isinstance(kind, Score | Numeric) or kind.python_type is int:
        return NUMBER
    raise TypeError(f"{column}: no value of {kind!r} is known")
