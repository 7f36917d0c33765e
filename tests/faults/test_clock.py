"""The clocks of machines may be wrong and may jump: nothing is done twice, and nothing waits for them."""

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.amounts import amount

ROUNDS = amount("times that the clocks of two workers jump by an hour", small=1, full=5)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="session")
def clock_library(tmp_path_factory):
    """The library that gives a process another time of day.

    With libfaketime 0.9.10 the threads that wait for Python's global lock turn in circles, and sleep in the past.
    """
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("no C compiler is installed")
    library = tmp_path_factory.mktemp("clock") / "clock_of_a_process.so"
    source = Path(__file__).with_name("clock_of_a_process.c")
    subprocess.run([compiler, "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


@pytest.fixture
def start_with_clock(installation, clock_library, tmp_path):
    """A function that starts a worker, and gives one that sets how far its clock is ahead of the right time."""

    def start(name):
        file = tmp_path / f"clock of the {name}"

        def set_ahead(by):
            file.write_text(str(int(by.total_seconds())))

        set_ahead(timedelta())
        (worker,) = installation.start_workers(1, LD_PRELOAD=str(clock_library), CLOCK_AHEAD_FILE=str(file))
        return worker, set_ahead

    return start


def test_clocks_that_jump_by_an_hour_double_nothing_and_stop_nothing(
    installation, start_with_clock, smtp, random_, write_down
):
    (first, set_first), (second, set_second) = start_with_clock("first"), start_with_clock("second")
    # So that mails are being sent while the clocks jump.
    smtp.seconds = 0.1
    for _ in range(ROUNDS):
        for ahead, behind in ((HOUR, -HOUR), (-HOUR, HOUR), (timedelta(), timedelta())):
            installation.course.complete(6)
            time.sleep(random_.uniform(0.5, 2))
            set_first(ahead)
            set_second(behind)
        installation.wait_until_done()
    found = installation.check_everything()
    assert found["mails that were sent twice"] == 0
    set_first(HOUR)
    installation.stop(first, second)
    stopped = json.loads(installation.log_of(first).splitlines()[-1])
    assert datetime.fromisoformat(stopped["timestamp"]) > datetime.now(UTC) + HOUR / 2
    write_down("clocks of two workers jump by an hour", {"rounds": ROUNDS, **found})
