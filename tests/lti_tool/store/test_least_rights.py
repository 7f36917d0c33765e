"""An account without DDL: web and workers start and work with it, and it changes no table."""

from __future__ import annotations

import re

import psycopg
import pytest
from sqlalchemy import make_url

from lti_tool.store import queries
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, ROOT, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for

#: What README types: by which account each of the files is run, in that order.
STEPS = re.findall(
    r"^runuser -u (\w+) -- psql -v ON_ERROR_STOP=1 nozimite < (\S+)$",
    (ROOT / "README.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.fixture
def as_app(postgres_server, new_postgres_database):
    """The DATABASE_URLs of the owner and of the account of web and workers, on a database without tables.

    Set up as README says: the owner is no superuser.
    """
    postgres_server.execute("CREATE ROLE nozimite LOGIN")
    try:
        with new_postgres_database() as (name, url):
            postgres_server.execute(f"ALTER DATABASE {name} OWNER TO nozimite")
            owner, app = (
                make_url(url).set(username=user).render_as_string(hide_password=False)
                for user in ("nozimite", "nozimite_app")
            )
            for account, file in STEPS:
                run_by = url if account == "postgres" else owner
                with psycopg.connect(run_by.replace("+psycopg", ""), autocommit=True) as connection:
                    connection.execute((ROOT / file).read_text(encoding="utf-8"))
            yield owner, app
    finally:
        postgres_server.execute("DROP ROLE IF EXISTS nozimite_app")
        postgres_server.execute("DROP ROLE nozimite")


def test_the_tool_works_with_an_account_that_only_reads_and_writes_rows(as_app, tmp_path):
    owner, app = as_app
    # The first start and each migration are the owner's.
    build_tool(settings_for(owner, tmp_path)).store.close()
    tool = build_tool(settings_for(app, tmp_path))
    rule_id = make_rule(tool, publish(tool))
    complete(tool, FakePlatform(), rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        queries.issuers.restart_status_list_ids(session)
    # An update brings a table, whose rows are theirs too.
    with psycopg.connect(owner.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE later (id serial, word text)")
    with psycopg.connect(app.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("INSERT INTO later (word) VALUES ('a')")
        connection.execute("SELECT setval(pg_get_serial_sequence('later', 'id'), 5)")
    with psycopg.connect(app.replace("+psycopg", "")) as connection:
        (issued,) = connection.execute("SELECT count(*) FROM credential").fetchone()
    tool.store.close()
    assert issued == 1


CHANGES = (
    "CREATE TABLE another (id int)",
    "ALTER TABLE event ADD COLUMN another int",
    "DROP TABLE event",
    "TRUNCATE event",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
)


def test_the_account_changes_no_table(as_app, tmp_path):
    owner, app = as_app
    build_tool(settings_for(owner, tmp_path)).store.close()
    with psycopg.connect(app.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in CHANGES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
