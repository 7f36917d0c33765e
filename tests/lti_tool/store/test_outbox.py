"""Jobs in the outbox are claimed once, retried when they fail, and recurring ones stay a single row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import Outbox
from tests.amounts import amount

RELAYS = amount("relays that share the work out", small=4, full=16)
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
    assert outbox.claim(store, NOW) == []


def test_a_claimed_job_is_not_claimed_again_until_its_lease_runs_out(store):
    (event_id,) = add_jobs(store)
    assert outbox.claim(store, NOW) == [event_id]
    assert outbox.claim(store, NOW) == []
    assert outbox.claim(store, NOW + outbox.LEASE) == [event_id]


def test_many_relays_at_once_claim_each_job_once(store):
    ids = add_jobs(store, RELAYS * 10)
    with ThreadPoolExecutor(RELAYS) as pool:
        claims = pool.map(lambda _: outbox.claim(store, NOW, most=10), range(RELAYS * 2))
    claimed = [event_id for claim in claims for event_id in claim]
    assert sorted(claimed) == sorted(ids)


def test_a_finished_job_is_never_claimed_again(store):
    (event_id,) = add_jobs(store)
    with store.begin() as session:
        outbox.finish(session, event_id)
    assert outbox.claim(store, NOW + timedelta(days=1)) == []
    assert outbox.read(store, event_id) is None


def test_a_failed_job_waits_longer_each_time_and_is_dead_in_the_end(store):
    (event_id,) = add_jobs(store)
    waits = []
    while not outbox.postpone(store, event_id, NOW, "the mail server cannot be reached"):
        waits.append(row(store, event_id).due_at - NOW)
    assert waits == sorted(waits)
    assert len(waits) == outbox.MOST_ATTEMPTS - 1
    assert row(store, event_id).status == "dead"
    assert row(store, event_id).trouble == "the mail server cannot be reached"


def test_recurring_work_is_a_single_row(store):
    with store.begin() as session:
        outbox.schedule_if_absent(session, "poll-1", "poll", {"rule_id": 1}, NOW)
        outbox.schedule_if_absent(session, "poll-1", "poll", {"rule_id": 1}, NOW - timedelta(days=1))
    assert outbox.claim(store, NOW) == ["poll-1"]
    with store.begin() as session:
        outbox.schedule(session, "poll-1", "poll", {"rule_id": 1}, NOW + timedelta(minutes=10))
    assert outbox.claim(store, NOW + timedelta(minutes=9)) == []
    assert outbox.claim(store, NOW + timedelta(minutes=10)) == ["poll-1"]


def test_recurring_work_that_is_dead_is_scheduled_again_at_the_next_start(store):
    with store.begin() as session:
        outbox.schedule_if_absent(session, "sweep", "sweep", {}, NOW)
    while not outbox.postpone(store, "sweep", NOW, "OperationalError"):
        pass
    with store.begin() as session:
        outbox.schedule_if_absent(session, "sweep", "sweep", {}, NOW)
    assert outbox.claim(store, NOW) == ["sweep"]


def test_a_failed_job_is_waiting_only_since_it_is_due_again(store):
    (event_id,) = add_jobs(store)
    outbox.postpone(store, event_id, NOW, "the mail server cannot be reached")
    with store.read() as session:
        health = outbox.health(session, NOW + timedelta(seconds=10 + 3))
    assert (health.waiting, health.oldest_seconds) == (1, 3.0)


def test_health_tells_how_long_the_oldest_job_has_been_due(store):
    add_jobs(store, 3)
    with store.read() as session:
        health = outbox.health(session, NOW + timedelta(seconds=90))
    assert (health.waiting, health.oldest_seconds, health.dead) == (3, 90.0, 0)


@pytest.mark.parametrize("ended", ["failed", "done"])
def test_ending_a_lease_late_changes_no_job_that_was_ended_meanwhile(store, ended):
    """The relay may learn that the broker refused an id after a worker has got and done it all the same."""
    (event_id,) = add_jobs(store)
    outbox.claim(store, NOW)
    if ended == "failed":
        outbox.postpone(store, event_id, NOW, "the mail server cannot be reached")
    else:
        with store.begin() as session:
            outbox.finish(session, event_id)
    before = row(store, event_id).due_at
    outbox.release(store, event_id, NOW - timedelta(hours=1))
    assert row(store, event_id).due_at == before
    assert outbox.claim(store, NOW) == []


@pytest.mark.parametrize("schedule", [outbox.schedule, outbox.schedule_unless_open, outbox.bring_forward])
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
    assert outbox.claim(store, NOW) == ["look-1"]
