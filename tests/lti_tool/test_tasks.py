"""The relay says what is due, workers do it, and a broker that is away costs nothing but time."""

import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool import jobs
from lti_tool.store import outbox
from lti_tool.store.models import CredentialRow, Delivery, Outbox
from lti_tool.tasks import RENEW_SECONDS, TASK_NAME, THREADS, Relay, Runner, Worker, build_celery
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, complete, rows, settings_for


def to_be_issued(tool):
    return [row for row in rows(tool, Outbox) if row.task == "issue"]


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
    wait(lambda: to_be_issued(tool) == [])
    worker.stop()
    assert len(rows(tool, CredentialRow)) == 1


def relay_to(tool, url):
    runner = Runner(tool)
    return Relay(tool, runner, build_celery(url, runner.run_due_jobs))


def test_without_a_broker_jobs_stay_in_the_outbox(tool, platform, rule_id, free_port, capfd):
    complete(tool, platform, rule_id, ANNA)
    before = [row.due_at for row in to_be_issued(tool)]
    relay = relay_to(tool, f"redis://user:secret@127.0.0.1:{free_port()}/0")
    assert relay.relay_once() is False
    said = "".join(capfd.readouterr())
    assert "relay_without_broker" in said and "secret" not in said
    assert [row.due_at for row in to_be_issued(tool)] == before
    assert [job.task for job in outbox.claim(tool.store, outbox.AWARDS, tool.clock(), 9)] == [
        "sweep",
        "issue",
    ]


def test_no_error_of_a_broker_ends_the_relay(tool, platform, rule_id, monkeypatch, capfd):
    complete(tool, platform, rule_id, ANNA)
    relay = relay_to(tool, "memory://")

    def refuse(*_, **__):
        raise RuntimeError("a queue of another kind")

    monkeypatch.setattr(relay._app, "send_task", refuse)
    assert relay.relay_once() is False
    assert "relay_failed" in "".join(capfd.readouterr())
    monkeypatch.undo()
    assert relay.relay_once() is True


def test_a_message_within_the_process_is_taken_when_it_comes(monkeypatch):
    """Nobody asks again and again whether there is one."""
    monkeypatch.setattr("lti_tool.tasks.LONGEST_READ_SECONDS", 600)
    app, taken = build_celery("memory://", lambda _queue: None), []

    def take():
        with app.connection_for_read() as connection:
            queue = app.amqp.queues["nozimite.looks"]
            with connection.Consumer([queue], callbacks=[lambda _, message: taken.append(message.ack())]):
                listening.set()
                while not taken:
                    connection.drain_events(timeout=600)

    listening = threading.Event()
    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    assert listening.wait(60)
    app.send_task(TASK_NAME, ("looks",), queue="nozimite.looks")
    taking.join(60)
    assert len(taken) == 1


def test_two_tools_in_one_process_run_their_own_jobs(tool, tmp_path, platform, rule_id):
    other = build_tool(settings_for(f"sqlite:///{tmp_path / 'other.sqlite'}", tmp_path), tool.clock)
    relay_to(other, "memory://").relay_once()
    complete(tool, platform, rule_id, ANNA)
    worker = Worker(tool, "memory://")
    worker.start()
    wait(lambda: to_be_issued(tool) == [])
    worker.stop()
    other.store.close()


def test_a_badge_is_sent_as_soon_as_it_is_issued(tool, platform, rule_id, monkeypatch):
    """The relay is not waited for once more."""
    monkeypatch.setattr("lti_tool.tasks.IDLE_SECONDS", 600)
    complete(tool, platform, rule_id, ANNA)
    worker = Worker(tool, "memory://")
    worker.start()
    wait(lambda: [delivery.status for delivery in rows(tool, Delivery)] == ["sent"])
    worker.stop()


@pytest.fixture
def tasks(monkeypatch):
    """Has jobs of the tasks that a test names do what it says."""

    def set_task(task, work):
        monkeypatch.setitem(jobs.JOBS, task, work)

    return set_task


def add_jobs(tool, task, count=1):
    with tool.store.begin() as session:
        return [outbox.add(session, task, {}, tool.clock()) for _ in range(count)]


def test_mail_servers_that_hang_hold_up_no_award(tool, tasks):
    hangs, issued = threading.Event(), []
    tasks("deliver", lambda *_: hangs.wait(60))
    tasks("sweep", lambda *_: None)

    def replace(tool, job_id, _payload):
        issued.append(job_id)
        with tool.store.begin() as session:
            outbox.finish(session, job_id)

    tasks("replace", replace)
    add_jobs(tool, "deliver", THREADS[outbox.DELIVERIES] * 3)
    worker = Worker(tool, "memory://")
    worker.start()
    wait(lambda: len([row for row in rows(tool, Outbox) if row.leased_until]) >= THREADS[outbox.DELIVERIES])
    new = add_jobs(tool, "replace", 5)
    wait(lambda: sorted(issued) == sorted(new))
    hangs.set()
    worker.stop()


def test_leases_are_renewed_for_as_long_as_a_job_is_being_done(tool, tasks, clock):
    runner, begun, may_end = Runner(tool), threading.Event(), threading.Event()

    def work(*_):
        begun.set()
        may_end.wait(60)

    tasks("issue", work)
    add_jobs(tool, "issue")
    thread = threading.Thread(target=runner.run_due_jobs, args=(outbox.AWARDS,))
    thread.start()
    begun.wait(60)
    for _ in range(10):
        clock.advance(seconds=RENEW_SECONDS)
        runner.renew_leases()
        assert [job.task for job in outbox.claim(tool.store, outbox.AWARDS, clock(), 9)] in ([], ["sweep"])
    runner.stop()
    may_end.set()
    thread.join(60)
    # It has ended, so nobody renews it any more.
    runner.renew_leases()
    clock.advance(seconds=outbox.LEASE.total_seconds() + 1)
    assert "issue" in {job.task for job in outbox.claim(tool.store, outbox.AWARDS, clock(), 9)}


def test_who_is_stopped_ends_the_job_at_hand_and_gives_back_the_others(tool, tasks):
    runner, done = Runner(tool), []

    def work(tool, job_id, _payload):
        done.append(job_id)
        runner.stop()
        with tool.store.begin() as session:
            outbox.finish(session, job_id)

    tasks("replace", work)
    tasks("sweep", work)
    ids = add_jobs(tool, "replace", 4)
    runner.run_due_jobs(outbox.AWARDS)
    assert len(done) == 1
    left = {row.id for row in rows(tool, Outbox) if row.task == "replace"}
    assert left == {*ids} - {*done}
    assert {row.leased_until for row in rows(tool, Outbox) if row.id in left} == {None}


def test_a_message_is_acknowledged_in_time_however_much_work_waits(tool, tasks, monkeypatch):
    runner, done = Runner(tool), []
    tasks("deliver", lambda _tool, job_id, _payload: done.append(job_id))
    add_jobs(tool, "deliver", 3)
    monkeypatch.setattr("lti_tool.tasks.MESSAGE_WORK_SECONDS", 0)
    runner.run_due_jobs(outbox.DELIVERIES)
    assert len(done) == 1
    runner.run_due_jobs(outbox.DELIVERIES)
    assert len(done) == 2


def test_what_cannot_be_given_back_while_the_database_is_away_is_given_back_later(tool, tasks, monkeypatch):
    runner, given_back = Runner(tool), outbox.give_back

    def database_goes(*_):
        monkeypatch.setattr(outbox, "give_back", database_goes)
        raise OperationalError("UPDATE", {}, ConnectionError())

    tasks("replace", database_goes)
    monkeypatch.setattr(jobs, "_postpone", database_goes)
    monkeypatch.setattr(runner._stop, "wait", lambda _seconds: None)
    (job_id,) = add_jobs(tool, "replace")
    runner.run_due_jobs(outbox.AWARDS)
    assert job_id in leased(tool)
    runner.give_back()
    assert job_id in leased(tool)
    monkeypatch.setattr(outbox, "give_back", given_back)
    runner.give_back()
    assert leased(tool) == set()


def leased(tool):
    return {row.id for row in rows(tool, Outbox) if row.leased_until is not None}


def test_nothing_is_given_back_once_another_worker_may_have_claimed_it(tool, tasks, monkeypatch):
    runner, given_back = Runner(tool), []
    monkeypatch.setattr(outbox, "give_back", lambda _store, ids: given_back.extend(ids))
    runner._left = {"ours": time.monotonic() + 1, "anybody's": time.monotonic()}
    runner.give_back()
    runner.give_back()
    assert given_back == ["ours"]
