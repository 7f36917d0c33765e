"""Jobs are claimed by one worker at a time, and tried again when they fail; recurring ones stay a single row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import Outbox
from tests.amounts import amount

WORKERS = amount("workers that claim jobs at once", small=4, full=16)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def store(any_empty_database_url):
    store = Store(any_empty_database_url)
    bring_up_to_date(store.engine)
    yield store
    store.close()


def add_jobs(store, count=1):
    with store.begin() as session:
        return [outbox.add(session, "issue", {"award_id": n}, NOW) for n in range(count)]


def row(store, event_id):
    with store.read() as session:
        return session.get_one(Outbox, event_id)


def test_a_job_of_a_transaction_that_fails_does_not_exist(store):
    with pytest.raises(ZeroDivisionError), store.begin() as session:
        outbox.add(session, "issue", {}, NOW)
        raise ZeroDivisionError
    assert claim(store) == []


def claim(store, now=NOW, most=50, queue=outbox.AWARDS):
    return [job.id for job in outbox.claim(store, queue, now, most)]


def test_a_claimed_job_is_not_claimed_again_until_its_lease_runs_out(store):
    (event_id,) = add_jobs(store)
    assert claim(store) == [event_id]
    assert claim(store) == claim(store, NOW + outbox.LEASE - timedelta(seconds=1)) == []
    assert claim(store, NOW + outbox.LEASE) == [event_id]


def test_a_lease_that_is_renewed_does_not_run_out(store):
    (event_id,) = add_jobs(store)
    assert claim(store) == [event_id]
    for seconds in range(20, 200, 20):
        now = NOW + timedelta(seconds=seconds)
        outbox.renew(store, [event_id], now)
        assert claim(store, now + timedelta(seconds=19)) == []


def test_no_lease_is_renewed_that_has_ended(store):
    (event_id,) = add_jobs(store)
    claim(store)
    outbox.give_back(store, [event_id])
    outbox.renew(store, [event_id], NOW)
    assert claim(store) == [event_id]


def test_many_workers_at_once_claim_each_job_once(store):
    ids = add_jobs(store, WORKERS * 10)
    with ThreadPoolExecutor(WORKERS) as pool:
        claims = pool.map(lambda _: claim(store, most=10), range(WORKERS * 2))
    claimed = [event_id for each in claims for event_id in each]
    assert sorted(claimed) == sorted(ids)


def test_the_oldest_jobs_are_claimed_first(store):
    with store.begin() as session:
        ids = [outbox.add(session, "issue", {}, NOW + timedelta(seconds=n)) for n in (3, 1, 2)]
    later = NOW + timedelta(minutes=1)
    assert claim(store, later, most=2) == [ids[1], ids[2]]
    assert claim(store, later, most=2) == [ids[0]]


def test_each_queue_is_claimed_alone(store):
    waiting = outbox.WaitingQueues(store)
    with store.begin() as session:
        ids = {task: outbox.add(session, task, {}, NOW) for task in ("issue", "look", "deliver")}
    assert waiting.at(NOW - timedelta(seconds=1)) == []
    assert waiting.at(NOW) == ["awards", "looks", "deliveries"]
    assert claim(store, queue=outbox.DELIVERIES) == [ids["deliver"]]
    assert waiting.at(NOW) == ["awards", "looks"]
    assert claim(store, queue=outbox.LOOKS) == [ids["look"]]
    assert claim(store, queue=outbox.AWARDS) == [ids["issue"]]
    assert waiting.at(NOW) == []
    assert waiting.at(NOW + outbox.LEASE) == ["awards", "looks", "deliveries"]
    waiting.close()


def test_a_job_that_is_done_has_no_row(store):
    (event_id,) = add_jobs(store)
    with store.begin() as session:
        outbox.finish(session, event_id)
        outbox.finish(session, event_id)  # a second worker that had it too
    with store.read() as session:
        assert session.query(Outbox).count() == 0


def test_a_failed_job_waits_longer_each_time_and_is_dead_in_the_end(store):
    (event_id,) = add_jobs(store)
    waits = []
    while not outbox.postpone(store, event_id, NOW, "the mail server cannot be reached"):
        waits.append(row(store, event_id).due_at - NOW)
    assert waits == sorted(waits)
    assert len(waits) == outbox.MOST_ATTEMPTS - 1
    assert row(store, event_id).died_at == NOW
    assert row(store, event_id).trouble == "the mail server cannot be reached"
    assert claim(store, NOW + timedelta(days=99)) == []


def schedule(store, due_at=NOW, by=outbox.schedule):
    with store.begin() as session:
        by(session, "look-1", "look", {"course_id": 1}, due_at)


def claim_look(store, now=NOW):
    return claim(store, now, queue=outbox.LOOKS)


def test_recurring_work_is_a_single_row(store):
    for _ in range(2):
        schedule(store, by=outbox.schedule_if_absent)
    assert claim_look(store) == ["look-1"]
    schedule(store, NOW + timedelta(minutes=10), by=outbox.reschedule)
    assert claim_look(store, NOW + timedelta(minutes=9)) == []
    assert claim_look(store, NOW + timedelta(minutes=10)) == ["look-1"]


def test_a_request_makes_recurring_work_due_sooner_and_never_later(store):
    soon, later = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)
    schedule(store, soon)
    schedule(store, later)
    assert row(store, "look-1").due_at == soon
    schedule(store, NOW)
    assert claim_look(store) == ["look-1"]


@pytest.mark.parametrize("ended", ["rescheduled", "finished"])
def test_what_is_asked_for_while_it_is_being_done_is_done_once_more(store, ended):
    schedule(store)
    claim_look(store)
    for wait in (30, 10, 20):
        schedule(store, NOW + timedelta(seconds=wait))
    # Not while it is being done, for its worker has its lease renewed.
    assert claim_look(store, NOW + timedelta(seconds=30)) == []
    with store.begin() as session:
        if ended == "finished":
            outbox.finish(session, "look-1")
        else:
            outbox.reschedule(session, "look-1", "look", {"course_id": 1}, NOW + timedelta(hours=1))
    assert row(store, "look-1").due_at == NOW + timedelta(seconds=10)


def test_a_worker_may_put_off_what_was_asked_for_meanwhile(store):
    schedule(store)
    claim_look(store)
    schedule(store, NOW)
    tomorrow = NOW + timedelta(days=1)
    with store.begin() as session:
        outbox.reschedule(session, "look-1", "look", {"course_id": 1}, tomorrow, or_sooner=False)
    assert row(store, "look-1").due_at == tomorrow
    assert claim_look(store) == []


def test_recurring_work_that_is_dead_is_scheduled_again_at_the_next_start(store):
    schedule(store)
    while not outbox.postpone(store, "look-1", NOW, "OperationalError"):
        pass
    schedule(store, by=outbox.schedule_if_absent)
    assert claim_look(store) == ["look-1"]
    assert row(store, "look-1").attempts == 0


def test_a_failed_job_is_waiting_only_since_it_is_due_again(store):
    (event_id,) = add_jobs(store)
    outbox.postpone(store, event_id, NOW, "the mail server cannot be reached")
    health = health_of(store, NOW + timedelta(seconds=10 + 3))
    assert (health.waiting, health.oldest_seconds) == (1, 3.0)


def health_of(store, now, queue=outbox.AWARDS):
    with store.read() as session:
        return outbox.health(session, queue, now)


def test_health_tells_how_long_the_oldest_job_of_a_queue_has_been_due(store):
    add_jobs(store, 3)
    health = health_of(store, NOW + timedelta(seconds=90))
    assert (health.waiting, health.oldest_seconds, health.dead) == (3, 90.0, 0)
    assert health_of(store, NOW + timedelta(seconds=90), outbox.LOOKS).waiting == 0


def test_health_counts_jobs_that_are_being_done_and_tells_them_apart(store):
    add_jobs(store)
    claim(store)
    later = NOW + timedelta(seconds=50)
    health = health_of(store, later)
    assert (health.waiting, health.oldest_seconds, health.unclaimed_seconds) == (1, 50.0, 0.0)
    # Its worker has died.
    health = health_of(store, NOW + outbox.LEASE)
    assert health.unclaimed_seconds == outbox.LEASE.total_seconds()


def test_a_job_that_fails_after_another_worker_has_ended_it_changes_nothing(store):
    """A worker that was stopped for longer than its lease goes on, and may fail where the other did not."""
    (event_id,) = add_jobs(store)
    claim(store)
    claim(store, NOW + outbox.LEASE)
    with store.begin() as session:
        outbox.finish(session, event_id)
    assert outbox.postpone(store, event_id, NOW, "the mail server cannot be reached") is False
    outbox.give_back(store, [event_id])
    with store.read() as session:
        assert session.query(Outbox).count() == 0


@pytest.mark.parametrize(
    "schedule", [outbox.schedule, outbox.schedule_unless_open, outbox.schedule_if_absent]
)
def test_recurring_work_that_two_schedule_first_at_once_is_a_single_row(store, schedule):
    """Two new links of a course may be opened in the same moment, or two courses ask the same teacher."""
    both_looked = Barrier(2)

    def schedule_at_once(_):
        with store.begin() as session:
            if session.get_bind().dialect.name == "postgresql":
                assert session.get(Outbox, "look-1") is None
                both_looked.wait(10)
            schedule(session, "look-1", "look", {"course_id": 1}, NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(schedule_at_once, range(2)))
    assert claim_look(store) == ["look-1"]


def test_a_delivery_is_tried_for_three_days(store):
    with store.begin() as session:
        event_id = outbox.add(session, "deliver", {}, NOW)
    now, attempts = NOW, 0
    while True:
        (job,) = outbox.claim(store, outbox.DELIVERIES, now)
        attempts += 1
        if outbox.postpone(store, job.id, now, "the mail server cannot be reached"):
            break
        wait = row(store, event_id).due_at - now
        assert wait <= outbox.LONGEST_WAIT
        now += wait
    assert timedelta(days=3) <= now - NOW < timedelta(days=3) + outbox.LONGEST_WAIT
    assert 20 < attempts < 40


def test_a_delivery_that_could_not_be_tried_counts_no_attempt_and_is_given_up_after_three_days_too(store):
    with store.begin() as session:
        event_id = outbox.add(session, "deliver", {}, NOW)
    outbox.claim(store, outbox.DELIVERIES, NOW)
    assert outbox.postpone(store, event_id, NOW, "the mail server cannot be reached", 30) is False
    found = row(store, event_id)
    assert (found.attempts, found.leased_until, found.due_at) == (0, None, NOW + timedelta(seconds=30))
    later = NOW + outbox.DELIVERY_PATIENCE
    assert outbox.postpone(store, event_id, later, "the mail server cannot be reached", 30) is True
