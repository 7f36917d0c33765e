"""Three processes that start for the first time at once on an empty database have the same keys, and none fails."""

from tests.amounts import amount
from tests.running_demo import wait

ROUNDS = amount("first starts of three processes on an empty database", small=1, full=10)


def test_three_processes_start_at_once_on_an_empty_database(
    new_postgres_database, new_installation, valkey_url, write_down
):
    for _ in range(ROUNDS):
        with new_postgres_database() as (_, url):
            installation = new_installation(url, valkey_url)
            web = installation.begin_web()
            workers = [installation.start("lti_tool", "worker") for _ in range(2)]
            wait(installation.is_ready)
            for worker in workers:
                installation.wait_for_worker(worker)
            assert installation.count("tool_key") == 1
            assert sorted(installation.rows("SELECT algorithm FROM signing_key")) == [
                ("Ed25519",),
                ("P-256",),
            ]
            assert installation.count("issuer") == installation.count("issuer_profile") == 1
            assert installation.count("outbox") == 1
            installation.stop(web, *workers)
            for process in (web, *workers):
                assert "Traceback" not in installation.log_of(process)
    write_down("first start of three processes", {"rounds": ROUNDS, "LTI keys in each": 1, "crashes": 0})
