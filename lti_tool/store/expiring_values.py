"""Values for one use (states, nonces, tickets) in the database: `lti_tool.platforms.expiring_values.ExpiringValues`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from lti_tool.store.database import Store
from lti_tool.store.models import ExpiringValue
from lti_tool.values import Json


class StoredExpiringValues:
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def put(self, key: str, value: Json, seconds: int) -> None:
        with self._store.begin() as session:
            session.merge(
                ExpiringValue(key=key, value=value, expires_at=self._clock() + timedelta(seconds=seconds))
            )

    def peek(self, key: str) -> Json | None:
        with self._store.read() as session:
            row = session.get(ExpiringValue, key)
            return row.value if row and row.expires_at > self._clock() else None

    def take(self, key: str) -> Json | None:
        """The value, to exactly one caller: whoever deletes the row has it."""
        with self._store.begin() as session:
            row = session.get(ExpiringValue, key)
            if row is None or row.expires_at <= self._clock():
                return None
            value = row.value
            session.expunge(row)
            gone = cast(
                CursorResult[Any], session.execute(delete(ExpiringValue).where(ExpiringValue.key == key))
            )
            return value if gone.rowcount == 1 else None

    def forget_expired(self) -> None:
        with self._store.begin() as session:
            session.execute(delete(ExpiringValue).where(ExpiringValue.expires_at <= self._clock()))
