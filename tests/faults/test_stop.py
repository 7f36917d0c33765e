"""A worker that is asked to stop ends what it is doing, gives back the rest at once, and lets nobody wait for it."""

import signal
import time

from tests.amounts import amount
from tests.running_demo import wait

ROUNDS = amount("times that a worker is stopped while it works", small=1, full=10)
#: docker/compose.yml kills a process that has not ended so long after it was asked to.
GRACE_SECONDS = 30


def leases(installation):
    """The jobs that are leased, but for the looks at the platform of another worker."""
    return installation.rows(
        "SELECT task FROM outbox WHERE leased_until IS NOT NULL AND task NOT IN ('look')"
    )


def test_a_worker_that_is_stopped_ends_the_work_at_hand_and_frees_the_rest(
    installation, smtp, random_, write_down
):
    smtp.seconds = 0.2
    freed = 0
    for _ in range(ROUNDS):
        (worker,) = installation.start_workers(1)
        installation.course.complete(20)
        wait(lambda: leases(installation))
        time.sleep(random_.uniform(0, 0.5))
        installation.stop(worker)
        assert leases(installation) == []
        freed += installation.count("outbox", "task NOT IN ('look', 'sweep')")
    installation.start_workers(1)
    installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    write_down("SIGTERM while work is being done", {"rounds": ROUNDS, "jobs left to others": freed, **found})


def test_a_worker_stops_in_time_while_a_mail_server_hangs_and_its_mails_go_on(installation, smtp):
    smtp.seconds = 19
    (worker,) = installation.start_workers(1)
    installation.course.complete(6)
    wait(lambda: installation.count("outbox", "task = 'deliver' AND leased_until IS NOT NULL") == 4)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(GRACE_SECONDS) == 0
    assert leases(installation) == []
    smtp.seconds = 0
    installation.start_workers(1)
    installation.wait_until_done(40)
    assert installation.check_everything()["mails that were sent twice"] == 0


def test_a_worker_inside_the_web_process_stops_between_two_jobs(new_installation, prepared_url, smtp):
    smtp.seconds = 0.5
    installation = new_installation(prepared_url, "memory://")
    web = installation.start_web()
    installation.course.complete(40)
    wait(lambda: installation.mails())
    installation.stop(web)
    assert leases(installation) == []
    assert 0 < len(installation.mails()) < 40
    smtp.seconds = 0
    installation.start_web()
    installation.wait_until_done()
    assert installation.check_everything()["mails that were sent twice"] == 0
