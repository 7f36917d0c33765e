"""Events and observations may be split by year: everything goes on as before."""

from pathlib import Path

import pytest
from sqlalchemy import text

from lti_tool.store.models import CredentialRow, Event, ObservationRow
from lti_tool.wiring import build_tool
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    complete,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)

STATEMENTS = (Path(__file__).parents[3] / "lti_tool" / "store" / "partition-by-year.sql").read_text(
    encoding="utf-8"
)


@pytest.fixture
def tool(postgres_url, tmp_path, clock):
    tool = build_tool(settings_for(postgres_url, tmp_path), clock)
    yield tool
    tool.store.close()


def split(tool):
    with tool.store.engine.connect() as connection:
        connection.connection.driver_connection.execute(STATEMENTS.encode())
        connection.connection.driver_connection.commit()


def indexes(tool):
    with tool.store.engine.connect() as connection:
        found = connection.execute(
            text("SELECT tablename, indexname FROM pg_indexes WHERE tablename IN ('event', 'observation')")
        )
        return {tuple(row) for row in found if "_pkey" not in row.indexname}


def test_a_tool_whose_tables_are_split_by_year_goes_on(tool, platform, clock, postgres_url, tmp_path):
    platform.everyone.append(PETERIS)
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    before = (
        [row.id for row in rows(tool, Event)],
        [row.id for row in rows(tool, ObservationRow)],
        indexes(tool),
    )
    split(tool)
    split(tool)
    after = (
        [row.id for row in rows(tool, Event)],
        [row.id for row in rows(tool, ObservationRow)],
        indexes(tool),
    )
    assert after == before
    tool.store.close()
    restarted = build_tool(settings_for(postgres_url, tmp_path), clock)
    clock.advance(days=400)
    complete(restarted, platform, rule_id, JANIS)
    run_due_jobs(restarted)
    assert len(rows(restarted, CredentialRow)) == 2
    with restarted.store.engine.connect() as connection:
        parts = connection.execute(
            text("SELECT tableoid::regclass::text, count(*) FROM event GROUP BY 1 ORDER BY 1")
        ).all()
    assert [name for name, _ in parts] == ["event_2026", "event_2027"]
    restarted.store.close()
