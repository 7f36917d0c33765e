"""The clocks of machines may be wrong and may jump: nothing is done twice, and nothing waits for them."""

import time
from pathlib import Path

import pytest

from tests.amounts import amount

ROUNDS = amount("times that the clocks of two workers jump by an hour", small=1, full=5)


@pytest.fixture
def faketime():
    """The library that gives a process another clock."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("Debian's faketime is not installed")
    return found[0]


#: libfaketime 0.9.10 moves the moment at which time.sleep ends into the past, however it is told to leave it alone.
SLEEP_BY_WAITING = (
    "import threading, time\ntime.sleep = lambda seconds: threading.Event().wait(seconds) and None\n"
)


@pytest.fixture
def start_with_clock(installation, faketime, tmp_path):
    """A function that starts a worker, and gives one that sets how far its clock is from the right time."""
    (tmp_path / "sitecustomize.py").write_text(SLEEP_BY_WAITING)

    def start(name):
        file = tmp_path / f"clock of the {name}"
        file.write_text("+0")
        (worker,) = installation.start_workers(
            1,
            LD_PRELOAD=str(faketime),
            PYTHONPATH=str(tmp_path),
            FAKETIME_TIMESTAMP_FILE=str(file),
            FAKETIME_NO_CACHE="1",
            # A clock that is set does not change how long a second takes.
            FAKETIME_DONT_FAKE_MONOTONIC="1",
        )
        return worker, file.write_text

    return start


def test_clocks_that_jump_by_an_hour_double_nothing_and_stop_nothing(
    installation, start_with_clock, smtp, random_, write_down
):
    (first, set_first), (second, set_second) = start_with_clock("first"), start_with_clock("second")
    # So that mails are being sent while the clocks jump.
    smtp.seconds = 0.1
    for _ in range(ROUNDS):
        for ahead, behind in (("+1h", "-1h"), ("-1h", "+1h"), ("+0", "+0")):
            installation.course.complete(6)
            time.sleep(random_.uniform(0.5, 2))
            set_first(ahead)
            set_second(behind)
        installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    assert '"timestamp"' in installation.log_of(first)
    installation.stop(first, second)
    write_down("clocks of two workers jump by an hour", {"rounds": ROUNDS, **found})
