"""The tool is put together, on both databases, however many processes start for the first time at once."""

from concurrent.futures import ThreadPoolExecutor

from lti_tool.store.models import InstallationSetting, IssuerProfileRow, Outbox, SigningKeyRow, ToolKeyRow
from lti_tool.wiring import build_tool
from tests.amounts import amount
from tests.fixtures import settings_for
from tests.running_demo import rows

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
