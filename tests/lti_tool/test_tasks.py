"""The relay hands out what is due, and a broker that is away costs nothing but time."""

import time

import pytest

from lti_tool.store import outbox
from lti_tool.store.models import Outbox
from lti_tool.tasks import Relay, Worker, build_celery
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, complete, settings_for


def statuses(tool):
    with tool.store.read() as session:
        return sorted(row.status for row in session.query(Outbox) if row.task == "issue")


def wait(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("broker", ["memory", "valkey"])
def test_a_due_job_is_run(tool, platform, rule_id, broker, request):
    url = "memory://" if broker == "memory" else request.getfixturevalue("valkey_url")
    complete(tool, platform, rule_id, ANNA)
    worker = Worker(tool, url)
    worker.start()
    wait(lambda: statuses(tool) == ["done"])
    worker.stop()


def test_without_a_broker_jobs_stay_in_the_outbox(tool, platform, rule_id, free_port, clock, capfd):
    complete(tool, platform, rule_id, ANNA)
    address = f"redis://user:secret@127.0.0.1:{free_port()}/0"
    relay = Relay(tool, build_celery(address, tool))
    assert relay.relay_once() == 0
    said = capfd.readouterr()
    assert "relay_without_broker" in said.out + said.err
    assert "secret" not in said.out + said.err
    clock.advance(seconds=2)
    assert statuses(tool) == ["sent"]
    with tool.store.read() as session:
        issue = session.query(Outbox).filter_by(task="issue").one().id
    assert issue in outbox.claim(tool.store, clock())


def test_two_tools_in_one_process_run_their_own_jobs(tool, tmp_path, platform, rule_id):
    other = build_tool(settings_for(f"sqlite:///{tmp_path / 'other.sqlite'}", tmp_path), tool.clock)
    build_celery("memory://", other)
    complete(tool, platform, rule_id, ANNA)
    worker = Worker(tool, "memory://")
    worker.start()
    wait(lambda: statuses(tool) == ["done"])
    worker.stop()
    other.store.close()
