"""Statements of SQLAlchemy that are compiled once a session of tests, instead of once for each of their databases.

Compiling was a third of the time of the tests of pages: each test has a database of its own, so an engine of its own,
and an engine compiles each statement when it first sends it. What is sent to a database is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from lti_tool.store import database


@pytest.fixture(scope="session", autouse=True)
def compiled_statements_are_shared() -> Iterator[None]:
    """Lets the engines of a kind of database share the dialect, which knows the types, and what it has compiled."""
    first: dict[str, Engine] = {}

    def create(address: Any, **settings: Any) -> Engine:
        engine = create_engine(address, query_cache_size=5000, **settings)
        name = engine.dialect.name
        if name in first:
            engine.dialect = first[name].dialect
            engine._compiled_cache = first[name]._compiled_cache
        else:
            # A dialect knows its database once it was connected to it.
            event.listen(engine, "first_connect", lambda *_: first.setdefault(name, engine))
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", create)
        yield
