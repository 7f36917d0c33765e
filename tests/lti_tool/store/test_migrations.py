"""The migrations make the tables that the code knows, on both databases, however many processes start at once."""

from concurrent.futures import ThreadPoolExecutor

from alembic import autogenerate
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import Base


def test_the_migrated_tables_are_those_of_the_models(any_database_url):
    store = Store(any_database_url)
    bring_up_to_date(store.engine)
    with store.engine.connect() as connection:
        differences = autogenerate.compare_metadata(MigrationContext.configure(connection), Base.metadata)
    store.close()
    assert differences == []


def test_several_processes_that_start_at_once_migrate_once(any_database_url):
    stores = [Store(any_database_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda store: bring_up_to_date(store.engine), stores))
    for store in stores:
        with store.engine.connect() as connection:
            assert "outbox" in inspect(connection).get_table_names()
        store.close()


def test_starting_again_changes_nothing(any_database_url):
    store = Store(any_database_url)
    for _ in range(2):
        bring_up_to_date(store.engine)
    store.close()
