"""The clock of the database, by which all processes of an installation agree on the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

#: How often a process asks the database for the time; between that it counts on by itself.
ASKED_EVERY_SECONDS = 60.0


class DatabaseClock:
    """Tells the time of the database, as an aware datetime; on SQLite, which is in this machine, that of the machine.

    A machine whose clock is wrong, or jumps, would end the leases of others or keep its own for too long. Any number of
    threads may use one object.
    """

    def __init__(
        self,
        engine: Engine,
        counting: Callable[[], float] = time.monotonic,
        machine: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._counting = counting
        self._machine = machine
        # A connection of its own, for a moment: whoever asks for the time may hold the last one of the pool.
        self._engine = None if engine.name == "sqlite" else create_engine(engine.url, poolclass=NullPool)
        #: What the database said, and the counter then; None before the first question.
        self._known: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """The time now. Where the database does not answer, by what it said last, else by the machine."""
        if self._engine is None:
            return self._machine()
        known = self._known
        if known is None or self._counting() - known[1] >= ASKED_EVERY_SECONDS:
            known = self._known = self._asked(self._engine) or self._counted(known)
        return self._counted(known)[0]

    def _asked(self, engine: Engine) -> tuple[datetime, float] | None:
        try:
            with engine.connect() as connection:
                before = self._counting()
                told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
                after = self._counting()
        except SQLAlchemyError:
            return None
        return told.astimezone(UTC), (before + after) / 2

    def _counted(self, known: tuple[datetime, float] | None) -> tuple[datetime, float]:
        now = self._counting()
        return (
            (self._machine(), now) if known is None else (known[0] + timedelta(seconds=now - known[1]), now)
        )
