"""An account without DDL: web and workers start and work with it, and it changes no table."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, ROOT, FakePlatform, complete, make_rule, publish, run_due_jobs, settings_for

RIGHTS = (ROOT / "lti_tool" / "store" / "least-rights.sql").read_text(encoding="utf-8")


@pytest.fixture
def as_app(postgres_server, new_postgres_database):
    """The DATABASE_URLs of the owner and of the account of web and workers, on a database without tables."""
    with new_postgres_database() as (name, url):
        postgres_server.execute(RIGHTS, name)
        try:
            yield url, make_url(url).set(username="nozimite_app").render_as_string(hide_password=False)
        finally:
            postgres_server.execute("DROP OWNED BY nozimite_app", name)
            postgres_server.execute("DROP ROLE nozimite_app")


def test_the_tool_works_with_an_account_that_only_reads_and_writes_rows(as_app, tmp_path):
    owner, app = as_app
    # The first start and each migration are the owner's.
    build_tool(settings_for(owner, tmp_path)).store.close()
    tool = build_tool(settings_for(app, tmp_path))
    rule_id = make_rule(tool, publish(tool))
    complete(tool, FakePlatform(), rule_id, ANNA)
    run_due_jobs(tool)
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
