"""From a completion in the learning platform to the badge: pushed by our plugin for Moodle, and found by a poll.

The whole product runs, with its worker and a small Moodle, and with PostgreSQL; the times are those of a wall clock.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lti_tool.commands.demo_server import RunningDemo
from lti_tool.demo.robot import Robot
from lti_tool.store.models import CredentialRow, LookRow
from tests.bench.installation import installation
from tests.bench.measuring import Row, figure_of
from tests.running_demo import run_demo, wait

COURSE = "Data Literacy"
COMPLETIONS = 15
POLL_SECONDS = 2
BY_PLUGIN = {"condition": "course_completed"}
BY_LINK = {"condition": "link_opened_to_them"}


def rows() -> Iterator[Row]:
    times = _times(poll_seconds=3600, plugin=True)
    yield figure_of("a completion in Moodle, pushed by our plugin, becomes a badge", "ms", 2000, times)
    times = _times(poll_seconds=POLL_SECONDS, plugin=False)
    goal = (POLL_SECONDS + 2) * 1000
    yield figure_of(f"the same without the plugin, by a poll every {POLL_SECONDS} seconds", "ms", goal, times)


def _times(*, poll_seconds: int, plugin: bool) -> list[float]:
    """The microseconds from each grade that completes the course to the signed badge of its learner."""
    with (
        installation() as installed,
        tempfile.TemporaryDirectory() as folder,
        run_demo(Path(folder), database_url=installed.url, poll_seconds=poll_seconds) as demo,
    ):
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        if plugin:
            robot.install_plugin()
        robot.give_grades(COURSE, complete=0)
        minimum, by = (None, BY_PLUGIN) if plugin else (60, BY_LINK)
        activity = robot.place_badge(COURSE, minimum_percent=minimum, more_fields=by)
        robot.open_activity("Zane", activity)
        wait(lambda: _answered(demo, plugin=plugin))
        times = []
        for number, name in enumerate(_learners(robot)[:COMPLETIONS]):
            began = time.perf_counter()
            robot.type_grades(COURSE, name, "100")
            while _issued(demo) <= number:
                time.sleep(0.005)
            times.append((time.perf_counter() - began) * 1e6)
        return times


def _answered(demo: RunningDemo, *, plugin: bool) -> bool:
    with demo.tool.store.read() as session:
        looks = session.query(LookRow).filter_by(outcome="answered").all()
    return any(row.counts.get("asks_for_notices") for row in looks) if plugin else bool(looks)


def _issued(demo: RunningDemo) -> int:
    with demo.tool.store.read() as session:
        return session.query(CredentialRow).count()


def _learners(robot: Robot) -> list[str]:
    robot.become("Zane")
    page = robot.open(robot.open(robot.open_course(COURSE)).link("Gradebook"))
    return list(dict.fromkeys(name for name in re.findall(r'<th scope="row">([^<]*)</th>', page.html)))
