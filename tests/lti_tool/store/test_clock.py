"""All processes agree on the time, whatever the clocks of their machines say."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from lti_tool.store import outbox
from lti_tool.store.clock import ASKED_EVERY_SECONDS, DatabaseClock

WRONG = datetime(2001, 1, 1, tzinfo=UTC)


class Counter:
    now = 5000.0

    def __call__(self):
        return self.now


def time_of(store):
    with store.engine.connect() as connection:
        return connection.execute(text("SELECT clock_timestamp()")).scalar_one()


def test_the_time_is_that_of_the_database(store):
    clock = DatabaseClock(store.engine, machine=lambda: WRONG)
    before, told, after = time_of(store), clock(), time_of(store)
    # It counts from the middle of its question, which on a busy machine is not when the database answered.
    assert before - timedelta(seconds=10) <= told <= after + timedelta(seconds=10)
    assert told.tzinfo is UTC


def test_between_two_questions_the_time_is_counted(store):
    counter = Counter()
    clock = DatabaseClock(store.engine, counter, lambda: WRONG)
    first = clock()
    counter.now += ASKED_EVERY_SECONDS - 1
    assert clock() == first + timedelta(seconds=ASKED_EVERY_SECONDS - 1)
    # Then the database is asked, and its clock has hardly moved.
    counter.now += 1
    assert clock() < first + timedelta(seconds=ASKED_EVERY_SECONDS - 1)


def test_a_database_that_does_not_answer_leaves_the_time_running(store):
    counter = Counter()
    clock = DatabaseClock(store.engine, counter, lambda: WRONG)
    first = clock()
    clock._engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    counter.now += ASKED_EVERY_SECONDS * 3
    assert clock() == first + timedelta(seconds=ASKED_EVERY_SECONDS * 3)


def test_without_any_answer_the_time_is_that_of_the_machine():
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert DatabaseClock(engine, Counter(), lambda: WRONG)() == WRONG


def test_a_worker_whose_machine_is_ahead_takes_no_job_of_another(store):
    right = DatabaseClock(store.engine)
    ahead = DatabaseClock(store.engine, machine=lambda: datetime.now(UTC) + timedelta(seconds=90))
    with store.begin() as session:
        outbox.add(session, "deliver", {"delivery_id": 1}, right())
    assert len(outbox.claim(store, outbox.DELIVERIES, right())) == 1
    assert outbox.claim(store, outbox.DELIVERIES, ahead()) == []


def test_a_database_in_the_machine_has_its_time(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'any.sqlite'}")
    assert DatabaseClock(engine, Counter(), lambda: WRONG)() == WRONG
