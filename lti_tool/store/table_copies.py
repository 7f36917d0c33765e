"""All rows of all tables as plain values, and back: what either database has written, either can take.

A table is copied as the models describe it, and filled as the database at hand describes it: so an older copy fits the
tables of its own day, before the migrations that came since are run.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    select,
    text,
    update,
)

from lti_tool.store.database import Store
from lti_tool.store.models import Base, Instant, Score

#: What is not copied: sessions, codes and tickets, which end within hours: people sign in once more. Nor links to
#: questions about a badge, each for one answer: one that was used since would be counted twice.
LEFT_OUT = frozenset(
    {
        *("address_code", "expiring_value", "launch_session", "learner_session", "operator_session"),
        "feedback_invitation",
    }
)
#: How a column's values are written: as they are, in ISO 8601, in Base64, or as the text of their JSON, byte for byte.
Kind = Literal["plain", "instant", "bytes", "json"]
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCopy:
    """A table: the kinds of its columns by their names, and its rows, each with a value for each column."""

    name: str
    columns: Mapping[str, Kind]
    rows: Iterable[Sequence[Any]]


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment, while others go on writing."""
    if store.engine.dialect.name == "sqlite":
        engine = store.engine.execution_options(read_only=True)
    else:
        engine = store.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.begin() as connection:
        yield connection


def copies(connection: Connection) -> Iterator[TableCopy]:
    """Every table but those of LEFT_OUT, each after those that it refers to; its rows can be read once."""
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            kinds = {column.name: _kind(column) for column in table.columns}
            yield TableCopy(name=table.name, columns=kinds, rows=_rows(connection, table, kinds))


def _rows(connection: Connection, table: Table, kinds: Mapping[str, Kind]) -> Iterator[Sequence[Any]]:
    # Read as text, JSON stays as it was written: a null of JSON is not the NULL of SQL.
    columns = [cast(column, Text) if kinds[column.name] == "json" else column for column in table.columns]
    writers = [_WRITE[kind] for kind in kinds.values()]
    query = select(*columns).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
        yield [write(value) if value is not None else None for write, value in zip(writers, row, strict=True)]


def _kind(column: Column[Any]) -> Kind:
    """Raises TypeError for a column of a type that nobody has thought of here."""
    if isinstance(column.type, JSON):
        return "json"
    if isinstance(column.type, Instant):
        return "instant"
    if isinstance(column.type, LargeBinary):
        return "bytes"
    if isinstance(column.type, Integer | String | Boolean | Score):
        return "plain"
    raise TypeError(f"{column.table.name}.{column.name}: no copy of {column.type!r} is known")


def _as_it_is(value: Any) -> Any:
    return str(value) if not isinstance(value, bool | int | str) else value


_WRITE: Mapping[Kind, Callable[[Any], Any]] = {
    "plain": _as_it_is,
    "instant": datetime.isoformat,
    "bytes": lambda value: b64encode(value).decode(),
    "json": _as_it_is,
}
_READ: Mapping[Kind, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "instant": datetime.fromisoformat,
    "bytes": b64decode,
    "json": lambda value: value,
}


def fill(connection: Connection, found: Iterable[TableCopy]) -> Mapping[str, int]:
    """Writes the rows into the empty tables of the database; how many it were, by the name of the table.

    The copies come in the order in which `copies` gave them. Raises KeyError for a table or column that the database
    has not.
    """
    tables = MetaData()
    tables.reflect(connection)
    return {each.name: _fill(connection, tables.tables[each.name], each) for each in found}


def _fill(connection: Connection, table: Table, found: TableCopy) -> int:
    own = [name for name in found.columns if _refers_to_itself(table.columns[name])]
    statement = insert(table).values(
        {name: _bound(connection, table.columns[name], kind) for name, kind in found.columns.items()}
    )
    readers = {f"v_{name}": _READ[kind] for name, kind in found.columns.items()}
    referring = [f"v_{name}" for name in (*own, *table.primary_key.columns.keys())]
    later: list[Mapping[str, Any]] = []
    number, rows = 0, iter(found.rows)
    while some := list(islice(rows, AT_ONCE)):
        values = [
            {
                name: read(value) if value is not None else None
                for (name, read), value in zip(readers.items(), row, strict=True)
            }
            for row in some
        ]
        # A row may refer to one that comes after it. Of those only the key and the reference are kept until then.
        later += [
            {name: each[name] for name in referring}
            for each in values
            if any(each[f"v_{name}"] is not None for name in own)
        ]
        connection.execute(statement, [each | dict.fromkeys(f"v_{name}" for name in own) for each in values])
        number += len(some)
    if later:
        (key,) = table.primary_key.columns
        again = update(table).where(key == bindparam("v_" + key.name))
        connection.execute(again.values({name: bindparam(f"v_{name}") for name in own}), later)
    return number


def _refers_to_itself(column: Column[Any]) -> bool:
    return any(each.column.table is column.table for each in column.foreign_keys)


def _bound(connection: Connection, column: Column[Any], kind: Kind) -> Any:
    """The parameter of a column; the text of JSON is not to be written as JSON once more."""
    if kind != "json":
        return bindparam(f"v_{column.name}", type_=column.type)
    given = bindparam(f"v_{column.name}", type_=Text())
    return given if connection.dialect.name == "sqlite" else cast(given, column.type)


def numbers_given(connection: Connection) -> Mapping[str, int]:
    """The last number that was given to a row, by the table: to one that is gone, too."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {name: number for name, number in rows if name in Base.metadata.tables}
    found = {}
    for table, sequence in _sequences(connection).items():
        row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - a name
        if row.is_called:
            found[table] = row.last_value
    return found


def set_numbers_given(connection: Connection, numbers: Mapping[str, int]) -> None:
    """Has each table count on from there: events and mails name rows that are gone by their numbers."""
    if connection.dialect.name == "sqlite":
        for table, number in numbers.items():
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"),
                {"name": table, "seq": number},
            )
        return
    for table, sequence in _sequences(connection).items():
        if table in numbers:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :number)"),
                {"sequence": sequence, "number": numbers[table]},
            )


def _sequences(connection: Connection) -> Mapping[str, str]:
    """On PostgreSQL, by the table, the quoted name of the sequence that numbers its rows."""
    # Of the tables that are there: in those of an older backup's day some of today's are not yet.
    with_id = "table_schema = current_schema() AND column_name = 'id'"
    tables = connection.execute(
        text(f"SELECT table_name FROM information_schema.columns WHERE {with_id}")  # noqa: S608 - a constant
    ).scalars()
    find = text("SELECT pg_get_serial_sequence(:table, 'id')")
    found = {table: connection.execute(find, {"table": table}).scalar() for table in tables.all()}
    return {table: sequence for table, sequence in found.items() if sequence is not None}
