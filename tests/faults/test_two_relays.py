"""Workers that each have a relay announce the same work, and each job is claimed once all the same."""

import pytest
import redis

from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.models import Person
from tests.amounts import amount
from tests.many_learners import add_waiting_awards

JOBS = amount("awards that wait to be issued by two workers", small=300, full=10_000)

_COUNT_CLAIMS = """
CREATE TABLE claim_made (job text, task text);
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO claim_made VALUES (NEW.id, NEW.task); RETURN NEW; END';
CREATE TRIGGER note_claim AFTER UPDATE OF leased_until ON outbox FOR EACH ROW
    WHEN (NEW.leased_until IS NOT NULL AND (OLD.leased_until IS NULL OR OLD.leased_until <= clock_timestamp()))
    EXECUTE FUNCTION note_claim();
"""


@pytest.fixture
def broker(valkey_url):
    """A client of the broker, whose statistics begin now."""
    with redis.Redis.from_url(valkey_url) as client:
        client.config_resetstat()
        yield client


def add_awards(url):
    """Awards that wait to be issued, of learners without an address, so that there is nothing to deliver."""
    store = Store(url)
    with store.begin() as session:
        add_waiting_awards(session, (Person(name=f"Learner {number}") for number in range(JOBS)))
    store.close()


def test_each_job_of_a_backlog_is_claimed_once(installation, broker, write_down):
    installation.execute(_COUNT_CLAIMS)
    add_awards(installation.environment["DATABASE_URL"])
    workers = installation.start_workers(2)
    longest = 0
    while installation.count("outbox", "task NOT IN ('look', 'sweep')"):
        longest = max(longest, *(broker.llen(f"nozimite.{name}") for name in outbox.QUEUES))
        assert [worker.poll() for worker in workers] == [None, None]
    claims = installation.rows("SELECT count(*), count(DISTINCT job) FROM claim_made WHERE task = 'issue'")
    assert claims == [(JOBS, JOBS)]
    assert installation.count("credential") == installation.count("award", "status = 'issued'") == JOBS
    messages = broker.info("commandstats")["cmdstat_lpush"]["calls"]
    assert messages < JOBS
    installation.stop(*workers)
    write_down(
        "two relays and a backlog",
        {"jobs": JOBS, "claims": claims[0][0], "messages": messages, "longest queue": longest},
    )
