"""The tool is put together, on both databases, however many processes start for the first time at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import text

from lti_tool import wiring
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import (
    InstallationSetting,
    IssuerProfileRow,
    IssuerRow,
    Outbox,
    SigningKeyRow,
    ToolKeyRow,
)
from lti_tool.wiring import build_tool
from tests.amounts import amount
from tests.fixtures import NOW, rows, settings_for

AT_ONCE = amount("processes that start for the first time at once", small=3, full=12)


def test_several_processes_that_start_for_the_first_time_at_once_have_the_same_keys(
    any_empty_database_url, tmp_path
):
    settings = settings_for(any_empty_database_url, tmp_path)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tools = list(pool.map(lambda _: build_tool(settings), range(AT_ONCE)))
    tool = tools[0]
    assert sorted(row.algorithm for row in rows(tool, SigningKeyRow)) == ["Ed25519", "P-256"]
    assert len(rows(tool, ToolKeyRow)) == 1
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1]
    assert [row.name for row in rows(tool, InstallationSetting)] == ["extension"]
    assert [row.id for row in rows(tool, Outbox)] == ["sweep"]
    for tool in tools:
        tool.store.close()


class Pausing:
    """Issuers that are listed only once the test lets them: in the middle of a start, in its transaction."""

    def __init__(self, issuers):
        self.issuers, self.arrived, self.go_on = issuers, Event(), Event()

    def all(self, session):
        self.arrived.set()
        assert self.go_on.wait(60)
        return self.issuers.all(session)


def is_anybody_waiting(store):
    with store.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() > 0


def test_a_start_waits_for_a_first_start_that_has_made_nothing_visible_yet(postgres_url, tmp_path):
    """Otherwise it would find no issuer and no LTI key either, and make its own. SQLite has one writer at a time."""
    settings, store = settings_for(postgres_url, tmp_path), Store(postgres_url)
    bring_up_to_date(store.engine)
    data = wiring._issuer_data(settings, NOW)
    issuers = wiring._issuers(settings, store, settings.tool_url)
    first = Pausing(issuers)
    with ThreadPoolExecutor(2) as pool:
        started = pool.submit(wiring._prepare, store, first, settings.tool_url, data, NOW)
        assert first.arrived.wait(60)
        other = pool.submit(wiring._prepare, store, issuers, settings.tool_url, data, NOW)
        while not is_anybody_waiting(store) and not other.done():
            time.sleep(0.01)
        first.go_on.set()
        started.result()
        other.result()
    with store.read() as session:
        assert session.query(ToolKeyRow).count() == session.query(IssuerRow).count() == 1
    store.close()
