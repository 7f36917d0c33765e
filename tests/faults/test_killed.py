"""Web processes and workers that are killed at any moment lose nothing and issue nothing twice.

Each worker has a relay of its own, a thread that is killed with it.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.tasks import THREADS
from tests.amounts import LONG, amount
from tests.faults.installation import kill
from tests.running_demo import wait

ROUNDS = amount("rounds in which a web process or a worker is killed", small=3, full=100)
COMPLETIONS = 4


class Openings:
    """Learners who open the link of the course, whatever becomes of the web process meanwhile."""

    def __init__(self, installation):
        self._installation = installation
        self._pool = ThreadPoolExecutor(2)
        self._lock = threading.Lock()
        self.answered = []

    def open(self, people):
        for person in people:
            self._pool.submit(self._open, person)

    def _open(self, person):
        course = self._installation.course
        try:
            page = Robot(course.url).open_activity(person.name, course.activity)
        except (OSError, UnexpectedPageError):
            return
        if page.status == 200:
            with self._lock:
                self.answered.append(person)

    def stop(self):
        self._pool.shutdown()


def test_processes_that_are_killed_at_random_lose_nothing_and_do_nothing_twice(
    installation, random_, write_down
):
    start = {
        "web": installation.begin_web,
        "first worker": lambda: installation.start("lti_tool", "worker"),
        "second worker": lambda: installation.start("lti_tool", "worker"),
    }
    running = {name: begin() for name, begin in start.items()}
    wait(installation.is_ready)
    openings = Openings(installation)
    kills = dict.fromkeys(start, 0)
    for _ in range(ROUNDS):
        openings.open(installation.course.complete(COMPLETIONS)[:2])
        time.sleep(random_.uniform(0.2, 3))
        for name in random_.sample(sorted(start), random_.choice((1, 1, 1, 2, 3))):
            kill(running[name])
            kills[name] += 1
            running[name] = start[name]()
    openings.stop()
    if not LONG:
        # What the killed workers had claimed would come back when its lease ends, within a minute.
        for process in running.values():
            kill(process)
        installation.end_leases()
        installation.start_workers(1)
    installation.wait_until_done(180)
    found = installation.check_everything()
    assert found["mails that were sent twice"] <= sum(kills.values()) * sum(THREADS.values())
    opened = {
        row[0]
        for row in installation.rows(
            "SELECT name FROM person JOIN observation ON person_id = person.id WHERE kind = 'link_opened'"
        )
    }
    assert {person.name for person in openings.answered} <= opened
    write_down(
        "SIGKILL of web and workers at random",
        {"rounds": ROUNDS, "kills": kills, "answered launches": len(openings.answered), **found},
    )
