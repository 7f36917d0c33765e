"""The base class of all tables, with the column types that SQLite lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, LargeBinary, String, text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# ARG002 below: SQLAlchemy passes the dialect to every TypeDecorator.


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; SQLite alone would return a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Score(TypeDecorator[Decimal]):
    """A Decimal from 0 to 1, stored as text: SQLite has no exact decimal numbers."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """The base class of all tables."""

    type_annotation_map = {
        datetime: Instant,
        Decimal: Score,
        dict[str, Any]: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
    }


def one_where(name: str, columns: str | tuple[str, ...], condition: str) -> Index:
    """The index that refuses a second row with the same values in the columns, among those that meet the condition."""
    names = (columns,) if isinstance(columns, str) else columns
    return Index(name, *names, unique=True, sqlite_where=text(condition), postgresql_where=text(condition))


def index_where(name: str, columns: str | tuple[str, ...], condition: str) -> Index:
    """The index of the columns in the rows that meet the condition; a query has to name it as text to use it."""
    names = (columns,) if isinstance(columns, str) else columns
    return Index(name, *names, sqlite_where=text(condition), postgresql_where=text(condition))
