"""Queries over whatever is about people: by the words that name them, and by whose rows are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, String, Table, Text, delete, exists, func, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    Award,
    Base,
    CredentialRow,
    Event,
    ExpiringValue,
    Person,
    PriorLearningApplication,
    ProvedAddress,
)

#: How the keys of short-lived values begin that name people: launches on their way, and lists that a teacher uploaded.
#: All others are marks, codes and sessions, with ids and hashes: that a state was used must stay known.
_NAMING_PEOPLE = ("arrival-", "list-")


def delete_values_naming(session: Session, words: Collection[str]) -> None:
    """Deletes the short-lived values of which one of these words is a part by itself: a launch that is on its way."""
    # As the column has them: JSON, with the escapes that Python's writer makes. Whole: a name may be a single letter.
    written = sorted({json.dumps(word) for word in words})
    if written:
        held = sql_cast(ExpiringValue.value, Text)
        session.execute(
            delete(ExpiringValue)
            .where(or_(*(ExpiringValue.key.startswith(each, autoescape=True) for each in _NAMING_PEOPLE)))
            .where(or_(*(held.contains(each, autoescape=True) for each in written)))
            .execution_options(synchronize_session=False)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfIssuer:
    """Only the rows of the issuer with that key; `path` as `of` in `lti_tool/privacy/record.toml`, without "home".

    Of several paths with "or" between them, a row needs to be the issuer's by one.
    """

    issuer_id: str
    path: str


def rows_about(
    session: Session,
    table_name: str,
    whose: str,
    columns: Collection[str],
    person_id: int,
    only: OfIssuer | None = None,
) -> Iterator[Mapping[str, Any]]:
    """The rows of a table that are about the person, some at a time, with these columns by their names.

    `whose` as `lti_tool/privacy/record.toml` has it: the column that names the person, over rows of other tables where
    it has dots; `address`: by the addresses that they have proved, from then on; `event`: what they did and what was
    done to them.
    """
    table = Base.metadata.tables[table_name]
    query = select(*(table.c[name] for name in columns))
    match whose:
        case "address":
            # What was begun before they proved it opens nothing of theirs: somebody else read the mail then.
            begun = table.c.since if "since" in table.c else table.c.created_at
            proved = exists().where(
                ProvedAddress.person_id == person_id,
                ProvedAddress.address == table.c.address,
                ProvedAddress.proved_at <= begun,
            )
            query = query.where(proved)
        case "event":
            query = query.where(_is_about(person_id))
        case _:
            query = _where(query, table, whose.split("."), person_id)
    if only is not None:
        query = _of_issuer(query, table, only)
    # The result is held whole, as the database sends it: outside of a transaction PostgreSQL has no cursor.
    for row in session.execute(query.order_by(*table.primary_key)).yield_per(500):
        yield dict(row._mapping)


def _of_issuer(query: Select[Any], table: Table, only: OfIssuer) -> Select[Any]:
    paths = [path.split(".") for path in only.path.split(" or ")]
    if len(paths) == 1:
        return _where(query, table, paths[0], only.issuer_id)
    found = (_where(select(table.c.id), table, path, only.issuer_id) for path in paths)
    return query.where(or_(*(table.c.id.in_(ids) for ids in found)))


def count_rows(session: Session, table_name: str) -> int:
    """How many rows the table has."""
    return session.scalar(select(func.count()).select_from(Base.metadata.tables[table_name])) or 0


def _where(query: Select[Any], table: Table, path: Sequence[str], value: int | str) -> Select[Any]:
    """The query, joined with the rows that the path goes over, to where the column at its end has the value."""
    base, column = table, table.c[path[0]]
    for before, name in pairwise(path):
        # The columns of another name do not know what they refer to.
        base, key = _named_by(base.c[before])
        # Another name for each table, for a path may come to one twice.
        further = base.alias()
        query = query.join(further, column == further.c[key])
        column = further.c[name]
    return query.where(column == value)


def _named_by(column: Column[Any]) -> tuple[Table, str]:
    """The table and the column that a column refers to; the outbox refers to awards without a foreign key."""
    for key in column.foreign_keys:
        return key.column.table, key.column.name
    return Base.metadata.tables["award"], "id"


def _is_about(person_id: int) -> ColumnElement[bool]:
    awards = select(sql_cast(Award.id, String)).where(Award.person_id == person_id)
    credentials = select(CredentialRow.id).join(Award, CredentialRow.award_id == Award.id)
    applications = select(sql_cast(PriorLearningApplication.id, String))
    applied = applications.where(PriorLearningApplication.person_id == person_id)
    return or_(
        (Event.actor_kind == "person") & (Event.actor == str(person_id)),
        (Event.about_kind == "person") & (Event.about == str(person_id)),
        (Event.about_kind == "award") & Event.about.in_(awards),
        (Event.about_kind == "prior_learning") & Event.about.in_(applied),
        (Event.about_kind == "credential") & Event.about.in_(credentials.where(Award.person_id == person_id)),
    )


def count_erased(session: Session) -> int:
    """How many people stay as numbers."""
    return session.scalar(select(func.count()).where(Person.erased_at.is_not(None))) or 0
