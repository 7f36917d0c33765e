"""What the queries share: row locks, ids that can be ids, inserts that another transaction may make first."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    Base,
)

#: For `with_for_update`: locks the row against other writers (SELECT ... FOR NO KEY UPDATE), while rows that refer
#: to it can still be inserted. SQLite ignores it: it has one writer at a time anyway.
FOR_UPDATE = {"key_share": True}


def add_if_absent(session: Session, row: Base) -> None:
    """Adds the row. Where another transaction adds the same one at this moment, that one stands and this is dropped."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass


def insert_missing(session: Session, kind: type[Base], values: list[dict[str, Any]]) -> None:
    """Inserts many rows; those already there, or added by another transaction first, are passed over."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(kind).on_conflict_do_nothing(), values)


def is_possible_id(number: int) -> bool:
    """Whether a number from an address or a form can be an id at all: a database refuses larger ones with an error."""
    return 0 < number < 2**31
