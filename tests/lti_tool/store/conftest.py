"""The store on PostgreSQL; a file that tries SQLite too has a fixture of its own."""

from collections.abc import Iterator

import pytest

from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    bring_up_to_date(store.engine)
    yield store
    store.close()
