"""The migrations make the tables that the code knows, on both databases, however many processes start at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic import autogenerate, command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, event, insert, inspect, text

from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to, bring_up_to_date, configuration, newest_revision
from lti_tool.store.models import Base, Person, PriorLearningApplication
from tests.amounts import amount
from tests.backpack import kept_badge

AT_ONCE = amount("processes that migrate one database at once", small=3, full=12)


def test_the_migrated_tables_are_those_of_the_models(any_empty_database_url):
    store = Store(any_empty_database_url)
    bring_up_to_date(store.engine)
    with store.engine.connect() as connection:
        differences = autogenerate.compare_metadata(MigrationContext.configure(connection), Base.metadata)
    store.close()
    assert differences == []


def test_what_came_after_the_first_release_is_taken_back_and_made_again(any_empty_database_url):
    store = Store(any_empty_database_url)
    bring_up_to_date(store.engine)
    with store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0001")
        assert not inspect(connection).has_table("kept_badge")
        assert "form" not in {each["name"] for each in inspect(connection).get_columns("credential")}
    bring_up_to_date(store.engine)
    with store.engine.connect() as connection:
        differences = autogenerate.compare_metadata(MigrationContext.configure(connection), Base.metadata)
    store.close()
    assert differences == []


def test_badges_that_learners_keep_are_not_taken_back(empty_sqlite_url):
    store = Store(empty_sqlite_url)
    bring_up_to_date(store.engine)
    with store.begin() as session:
        session.add(Person(id=1))
        session.flush()
        session.add(kept_badge(1, datetime(2026, 11, 30, tzinfo=UTC)))
    with pytest.raises(RuntimeError, match="learners keep badges"), store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0001")
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept_badge")).scalar() == 1
    store.close()


def test_applications_for_recognition_are_not_taken_back(empty_sqlite_url):
    store = Store(empty_sqlite_url)
    bring_up_to_date(store.engine)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    with store.engine.connect() as connection:
        # It is about the row alone, and not about whom and what it names.
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
        row = {"issuer_id": "i", "template_id": "t", "template_version_id": 1, "person_id": 1, "terms": {}}
        row |= {"language": "en", "begun_at": now, "changed_at": now, "self_assessment": []}
        connection.execute(insert(PriorLearningApplication).values(row))
        connection.commit()
    with pytest.raises(RuntimeError, match="people have applied"), store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0006")
    store.close()


def test_the_number_of_a_deleted_row_is_never_given_again(empty_sqlite_url):
    """Mails, jobs and events name rows by number, and some outlive the row."""
    store = Store(empty_sqlite_url)
    bring_up_to_date(store.engine)
    with store.engine.connect() as connection:
        written = dict(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        )
    store.close()
    numbered = [
        table.name
        for table in Base.metadata.sorted_tables
        if [(key.name, key.type.python_type) for key in table.primary_key] == [("id", int)]
    ]
    assert len(numbered) > 20
    assert [name for name in numbered if "AUTOINCREMENT" not in written[name]] == []


def test_the_newest_revision_is_the_last_of_the_chain(any_empty_database_url):
    store = Store(any_empty_database_url)
    bring_up_to_date(store.engine)
    with store.engine.connect() as connection:
        (head,) = ScriptDirectory.from_config(configuration(connection)).get_heads()
        stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    store.close()
    assert (newest_revision(), stored) == (head, head)


def test_several_processes_that_start_at_once_migrate_once(any_empty_database_url):
    stores = [Store(any_empty_database_url) for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda store: bring_up_to_date(store.engine), stores))
    for store in stores:
        with store.engine.connect() as connection:
            assert "outbox" in inspect(connection).get_table_names()
        store.close()


def test_starting_again_changes_nothing(any_empty_database_url):
    store = Store(any_empty_database_url)
    bring_up_to_date(store.engine)
    with store.begin() as session:
        outbox.add(session, "issue", {"award_id": 1}, datetime(2026, 11, 21, 9, tzinfo=UTC))
    before = everything(store)
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    bring_up_to_date(store.engine)
    changing = [text for text in statements if not text.lstrip().startswith(("BEGIN", "SELECT", "PRAGMA"))]
    after = everything(store)
    store.close()
    assert changing == []
    assert after == before


def everything(store):
    """Every table as the database has it: its columns, its indexes and its rows."""
    tables = MetaData()
    with store.engine.connect() as connection:
        tables.reflect(connection)
        return {
            name: (
                [(column.name, str(column.type), column.nullable) for column in table.columns],
                sorted(index.name for index in table.indexes),
                connection.execute(table.select()).all(),
            )
            for name, table in tables.tables.items()
        }


def test_rules_of_courses_keep_their_numbers_and_those_of_issuers_are_not_taken_back(any_empty_database_url):
    store = Store(any_empty_database_url)
    with store.engine.begin() as connection:
        bring_up_to(connection, "0005")
        fill_with_rules(connection)
    bring_up_to_date(store.engine)
    with store.engine.begin() as connection:
        assert numbers(connection) == [(7, 1, 1)]
        command.downgrade(configuration(connection), "0005")
        assert numbers(connection) == [(7, 1, 1)]
    bring_up_to_date(store.engine)
    with store.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO award_rule (issuer_id, paused, created_at) VALUES ('i', false, '2026-11-30')")
        )
        # The number of a deleted row is given again by neither database.
        assert numbers(connection)[-1][0] > 8
    with pytest.raises(RuntimeError, match="rules of their own"), store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0005")
    with store.engine.connect() as connection:
        assert len(numbers(connection)) == 2
    store.close()


def numbers(connection):
    query = "SELECT id, course_id, resource_link_id FROM award_rule ORDER BY id"
    return [tuple(row) for row in connection.execute(text(query))]


def fill_with_rules(connection):
    """A rule, a version that refers to it, and one that was deleted."""
    tables = MetaData()
    tables.reflect(connection)
    now = datetime(2026, 11, 30, tzinfo=UTC)
    for name, values in (
        ("issuer", {"id": "i"}),
        ("registration", {"id": 1, "issuer_id": "i", "platform_id": "p", "client_id": "c"}),
        ("course", {"id": 1, "registration_id": 1, "context_id": "1"}),
        ("resource_link", {"id": 1, "course_id": 1, "link_id": "1"}),
        ("template_version", {"id": 1, "issuer_id": "i"}),
        ("award_rule", {"id": 7, "issuer_id": "i", "course_id": 1, "resource_link_id": 1}),
        ("rule_version", {"id": 1, "rule_id": 7, "template_version_id": 1}),
    ):
        connection.execute(tables.tables[name].insert(), filled(tables.tables[name], values, now))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT setval('award_rule_id_seq', 8)"))
    else:
        connection.execute(text("UPDATE sqlite_sequence SET seq = 8 WHERE name = 'award_rule'"))


def filled(table, values, now):
    """The values, and something of its type in every other column that must have one."""
    plain = {"INTEGER": 1, "BOOLEAN": False, "JSON": {}, "BLOB": b"", "BYTEA": b"", "DATETIME": now}
    plain |= {"TIMESTAMP": now}
    needed = {
        column.name: plain.get(str(column.type).split("(")[0], "")
        for column in table.columns
        if not column.nullable and column.name not in values and not column.primary_key
    }
    return needed | values
