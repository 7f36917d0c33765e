"""Work written down is done, once, whatever happens to those who do it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import Outbox
from tests.amounts import amount

RELAYS = amount("relays that share the work out", small=4, full=16)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def store(any_database_url):
    store = Store(any_database_url)
    bring_up_to_date(store.engine)
    yield store
    store.close()


def emit(store, count=1):
    with store.begin() as session:
        return [outbox.add(session, "issue", {"award_id": n}, NOW) for n in range(count)]


def row(store, event_id):
    with store.read() as session:
        return session.get_one(Outbox, event_id)


def test_work_of_a_transaction_that_fails_was_never_there(store):
    with pytest.raises(ZeroDivisionError), store.begin() as session:
        outbox.add(session, "issue", {}, NOW)
        raise ZeroDivisionError
    assert outbox.claim(store, NOW) == []


def test_what_is_claimed_is_claimed_once_until_its_lease_runs_out(store):
    (event_id,) = emit(store)
    assert outbox.claim(store, NOW) == [event_id]
    assert outbox.claim(store, NOW) == []
    assert outbox.claim(store, NOW + outbox.LEASE) == [event_id]


def test_many_relays_at_once_share_the_work_out(store):
    ids = emit(store, RELAYS * 10)
    with ThreadPoolExecutor(RELAYS) as pool:
        claims = pool.map(lambda _: outbox.claim(store, NOW, most=10), range(RELAYS * 2))
    claimed = [event_id for claim in claims for event_id in claim]
    assert sorted(claimed) == sorted(ids)


def test_done_work_is_never_claimed_again(store):
    (event_id,) = emit(store)
    with store.begin() as session:
        outbox.finish(session, event_id)
    assert outbox.claim(store, NOW + timedelta(days=1)) == []
    assert outbox.read(store, event_id) is None


def test_failed_work_waits_longer_each_time_and_is_dead_in_the_end(store):
    (event_id,) = emit(store)
    waits = []
    while not outbox.postpone(store, event_id, NOW, "the mail server cannot be reached"):
        waits.append(row(store, event_id).due_at - NOW)
    assert waits == sorted(waits)
    assert len(waits) == outbox.MOST_ATTEMPTS - 1
    assert row(store, event_id).status == "dead"
    assert row(store, event_id).trouble == "the mail server cannot be reached"


def test_work_that_comes_back_is_one_row_for_ever(store):
    with store.begin() as session:
        outbox.schedule_if_absent(session, "poll-1", "poll", {"rule_id": 1}, NOW)
        outbox.schedule_if_absent(session, "poll-1", "poll", {"rule_id": 1}, NOW - timedelta(days=1))
    assert outbox.claim(store, NOW) == ["poll-1"]
    with store.begin() as session:
        outbox.schedule(session, "poll-1", "poll", {"rule_id": 1}, NOW + timedelta(minutes=10))
    assert outbox.claim(store, NOW + timedelta(minutes=9)) == []
    assert outbox.claim(store, NOW + timedelta(minutes=10)) == ["poll-1"]


def test_work_that_comes_back_and_died_lives_again_after_a_start(store):
    with store.begin() as session:
        outbox.schedule_if_absent(session, "sweep", "sweep", {}, NOW)
    while not outbox.postpone(store, "sweep", NOW, "OperationalError"):
        pass
    with store.begin() as session:
        outbox.schedule_if_absent(session, "sweep", "sweep", {}, NOW)
    assert outbox.claim(store, NOW) == ["sweep"]


def test_work_tried_again_after_hours_is_not_late_when_its_time_comes(store):
    (event_id,) = emit(store)
    outbox.postpone(store, event_id, NOW, "the mail server cannot be reached", timedelta(hours=6))
    with store.read() as session:
        health = outbox.health(session, NOW + timedelta(hours=6, seconds=3))
    assert (health.waiting, health.oldest_seconds) == (1, 3.0)


def test_the_health_tells_how_long_the_oldest_work_waits(store):
    emit(store, 3)
    with store.read() as session:
        health = outbox.health(session, NOW + timedelta(seconds=90))
    assert (health.waiting, health.oldest_seconds, health.dead) == (3, 90.0, 0)
