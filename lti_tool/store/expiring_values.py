"""Short-lived values (marks of used states, tickets, codes, tokens) in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from lti_tool.store.database import Store
from lti_tool.store.models import ExpiringValue
from lti_tool.store.queries.common import insert_if_missing
from lti_tool.values import Json


class StoredExpiringValues:
    """A `lti_tool.platforms.expiring_values.ExpiringValues`, shared by all processes."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def put(self, key: str, value: Json, seconds: int) -> None:
        """Stores `value` for `seconds`, in place of an earlier one."""
        with self._store.begin() as session:
            session.merge(
                ExpiringValue(key=key, value=value, expires_at=self._clock() + timedelta(seconds=seconds))
            )

    def add(self, key: str, value: Json, seconds: int) -> bool:
        """Whether the value was stored, for `seconds`; False where the key has one, be it expired."""
        row = {"key": key, "value": value, "expires_at": self._clock() + timedelta(seconds=seconds)}
        with self._store.write_once() as session:
            return insert_if_missing(session, ExpiringValue, row)

    def peek(self, key: str) -> Json | None:
        """The value, which stays; None where it is unknown or has expired."""
        with self._store.read() as session:
            row = session.get(ExpiringValue, key)
            return row.value if row and row.expires_at > self._clock() else None

    def take(self, key: str) -> Json | None:
        """The value, which is deleted; None where it is unknown, has expired or was taken."""
        # Several callers may read the row; the database lets exactly one of them delete it, and that one gets the
        # value. This is what makes a nonce or a code good for one use only, with any number of processes.
        with self._store.begin() as session:
            row = session.get(ExpiringValue, key)
            if row is None or row.expires_at <= self._clock():
                return None
            value = row.value
            session.expunge(row)
            deleted = cast(
                CursorResult[Any], session.execute(delete(ExpiringValue).where(ExpiringValue.key == key))
            )
            return value if deleted.rowcount == 1 else None

    def all_of(self, prefix: str) -> Mapping[str, Json]:
        """The values whose keys begin so, by their keys, as far as they have not expired."""
        begins_so = ExpiringValue.key.startswith(prefix, autoescape=True)
        with self._store.read() as session:
            rows = session.scalars(
                select(ExpiringValue)
                .where(begins_so, ExpiringValue.expires_at > self._clock())
                .order_by(ExpiringValue.expires_at, ExpiringValue.key)
            )
            return {row.key: row.value for row in rows}

    def delete_expired(self) -> None:
        """Deletes all values that have expired."""
        with self._store.begin() as session:
            session.execute(delete(ExpiringValue).where(ExpiringValue.expires_at <= self._clock()))
