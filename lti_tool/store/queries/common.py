"""Parts that the queries share: the row lock, and inserts that another transaction may make first."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal,
)
from sqlalchemy import (
    cast as cast_to,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.store.models import AwardRule, Base
from lti_tool.values import MAX_ID

Row = TypeVar("Row", bound=Base)

#: For `with_for_update`: SELECT ... FOR NO KEY UPDATE, which locks the row against other writers, while rows that refer
#: to it by a foreign key can still be inserted. SQLite ignores it: a writing transaction there holds the lock of the
#: whole database from its beginning (see `database`), so it needs no other.
FOR_UPDATE = {"key_share": True}


def add_if_absent(session: Session, row: Base) -> None:
    """Adds the row, unless another transaction has added the same one meanwhile: then that one stays.

    To be called after a query that did not find the row. Between that query and this insert another transaction may
    insert it: the table's unique constraint then refuses ours, and the savepoint limits the damage to this insert.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass


def add_or_find(session: Session, row: Row, find: Callable[[], Row | None]) -> Row:
    """The row, added as by `add_if_absent`, or the one of the other transaction, which `find` queries.

    Raises LookupError where it was refused and `find` does not find it either: it breaks some other constraint.
    """
    add_if_absent(session, row)
    found = find()
    if found is None:
        raise LookupError(f"a row of {row.__tablename__} could be neither added nor found")
    return found


def is_in_trouble() -> ColumnElement[bool]:
    """That a rule, which is neither paused nor removed, could not be read at the last look at its course."""
    return and_(
        # A JSON column has a null of its own.
        func.coalesce(cast_to(AwardRule.trouble, Text), "null") != "null",
        AwardRule.paused.is_(False),
        AwardRule.removed_at.is_(None),
    )


def dialect_of(session: Session) -> str:
    """The name of the database: sqlite or postgresql."""
    return session.get_bind().dialect.name


def is_among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """That the column has one of many values.

    PostgreSQL is sent one array: a thousand parameters cost as much as many small statements.
    """
    if dialect_of(session) == "sqlite":
        return column.in_(values)
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))


def is_in_parameter(dialect: str, column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """As `is_among`, for a statement that is made once: the values come with the parameter of that name, a list."""
    if dialect == "sqlite":
        return column.in_(bindparam(name, expanding=True))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))


def is_among_few(
    session: Session, column: InstrumentedAttribute[Any], query: Select[Any]
) -> ColumnElement[bool]:
    """That the column has one of the values of the query, which are few beside the rows of the table.

    PostgreSQL is told to find them first and then to take the index of the column; it would guess that they are many,
    and might read the whole table.
    """
    return is_in_query(dialect_of(session), column, query)


def is_in_query(dialect: str, column: InstrumentedAttribute[Any], query: Select[Any]) -> ColumnElement[bool]:
    """As `is_among_few`, for a statement that is made once."""
    if dialect == "sqlite":
        return column.in_(query)
    return column == any_(func.array(query.scalar_subquery()))


def insert_unless_there(session: Session, kind: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into the table `kind` that leaves out rows whose key is there already."""
    if dialect_of(session) == "sqlite":
        return sqlite.insert(kind).on_conflict_do_nothing()
    return postgresql.insert(kind).on_conflict_do_nothing()


def insert_if_missing(session: Session, kind: type[Base], values: dict[str, Any]) -> bool:
    """Whether the row was inserted: of several transactions with the same key one gets True."""
    statement = insert_unless_there(session, kind).values(values)
    # Of an INSERT SQLAlchemy keeps the number of rows only where it is asked to.
    inserted = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], inserted).rowcount == 1


def insert_missing(session: Session, kind: type[Base], values: list[dict[str, Any]]) -> None:
    """Inserts many rows of the table `kind`; those that exist already are left as they are."""
    session.execute(insert_unless_there(session, kind), values)


def is_possible_id(number: int) -> bool:
    """Whether a number from a URL or a form is in the range of ids."""
    return 0 < number <= MAX_ID
