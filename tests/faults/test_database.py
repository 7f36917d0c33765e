"""A database that is restarted in the middle of transactions, or whose disk is full, loses nothing it has promised."""

import shutil
import signal
import subprocess
import time
from contextlib import suppress

import pytest

from tests.amounts import amount
from tests.running_demo import wait

ROUNDS = amount("times that the database is restarted in the middle of transactions", small=2, full=20)
#: What the whole database may need on its disk, with all that it grows by.
DISK_MEGABYTES = 32


@pytest.fixture(scope="module")
def own_server(new_postgres_server):
    """A PostgreSQL that no other test uses, so that it may be stopped."""
    return new_postgres_server()


@pytest.fixture
def copied(own_server, prepared, postgres_server, tmp_path):
    """A function that copies the prepared database to the own server, into a tablespace."""
    made = []

    def copy(tablespace="pg_default"):
        name = f"copied_{len(made)}_{time.monotonic_ns()}"
        own_server.execute(f"CREATE DATABASE {name} TABLESPACE {tablespace}")
        made.append(name)
        postgres_server.copy_to(own_server, prepared.database, name)
        return own_server.url(name)

    yield copy
    for name in made:
        own_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_that_is_restarted_in_the_middle_of_transactions_loses_nothing(
    own_server, copied, new_installation, valkey_url, random_, write_down
):
    installation = new_installation(copied(), valkey_url)
    installation.start_web()
    workers = installation.start_workers(2)
    for number in range(ROUNDS):
        installation.course.complete(8)
        time.sleep(random_.uniform(0, 1.5))
        # Every other time as if the machine had crashed.
        own_server.stop(signal.SIGINT if number % 2 else signal.SIGQUIT)
        time.sleep(random_.uniform(0, 1))
        assert not installation.is_ready()
        own_server.start()
        wait(installation.is_ready)
    # Long before the leases end.
    installation.wait_until_done(45)
    found = installation.check_everything()
    # A process that has sent a mail remembers it until the database is back.
    assert found["mails that were sent twice"] == 0
    installation.stop(*workers)
    write_down("PostgreSQL restarted in the middle of transactions", {"rounds": ROUNDS, **found})


@pytest.fixture
def small_disk(own_server, tmp_path_factory):
    """A folder on a file system of its own with DISK_MEGABYTES, which belongs to the own server."""
    folder = own_server.home / "small"
    folder.mkdir()
    options = f"size={DISK_MEGABYTES}m,uid={own_server.owner},mode=700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "nozimite-tests", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user cannot mount a small file system, which would get full")
    own_server.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
    yield folder
    own_server.execute("DROP TABLESPACE small")
    subprocess.run(["umount", folder], check=True)


def fill(folder):
    """A file that leaves nothing of the disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(folder).free == 0
    return ballast


def test_while_the_disk_of_the_database_is_full_nothing_is_lost_and_then_it_goes_on(
    own_server, small_disk, copied, new_installation, valkey_url, write_down
):
    installation = new_installation(copied("small"), valkey_url)
    workers = installation.start_workers(2)
    installation.course.complete(5)
    installation.wait_until_done()
    ballast = fill(small_disk)
    installation.course.complete(60)
    wait(lambda: "DiskFull" in "".join(map(installation.log_of, workers)))
    time.sleep(2)
    assert installation.count("delivery") < 65
    ballast.unlink()
    # The jobs that could not be done are tried again ten seconds later.
    installation.execute("UPDATE outbox SET due_at = now() WHERE leased_until IS NULL")
    installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    installation.stop(*workers)
    write_down("the disk of the database full", found)
