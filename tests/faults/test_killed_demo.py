"""Killed at any moment and started again, the tool loses no completion and issues no badge twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from lti_tool.demo.robot import Robot
from tests.amounts import amount
from tests.running_demo import wait

ROOT = Path(__file__).parents[2]
COURSE = "Data Literacy"
COMPLETE = 12
ROUNDS = amount("stories in which the tool is killed again and again", small=1, full=10)
KILLS = amount("times that it is killed in each", small=2, full=4)


class Demo:
    """`python -m lti_tool demo` as a process of its own."""

    def __init__(self, folder, tool_port, lms_port):
        self.folder = folder
        self.lms_url = f"http://lms.localhost:{lms_port}"
        self.command = [
            *(sys.executable, "-m", "lti_tool", "demo", "--empty", "--folder", str(folder)),
            *("--tool-port", str(tool_port), "--lms-port", str(lms_port)),
        ]
        self.start()

    def start(self):
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=log, stderr=log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def answers(self):
        """Whether the LMS answers. Fails where the process has ended."""
        try:
            return Robot(self.lms_url).http.get(self.lms_url, timeout=5).ok
        except OSError:
            assert self.process.poll() is None, (self.folder.parent / "log").read_text(encoding="utf-8")
            return False

    def query(self, sql):
        with closing(sqlite3.connect(self.folder / "nozimite.sqlite", timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def count(self, table, condition="1"):
        return self.query(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]


@pytest.fixture
def start_demo(tmp_path, free_port):
    """A function that starts a demo without data, after it has stopped the one before."""
    demos = []

    def start():
        stop()
        folder = tmp_path / str(len(demos))
        folder.mkdir()
        demos.append(Demo(folder / "demo", free_port(), free_port()))
        return demos[-1]

    def stop():
        for demo in demos:
            if demo.process.poll() is None:
                demo.kill()

    yield start
    stop()


def test_sigkill_loses_no_completion_and_issues_no_badge_twice(start_demo):
    for number in range(ROUNDS):
        kill_often(start_demo(), random.Random(number + 4))


def kill_often(demo, random_):
    wait(demo.answers)
    robot = Robot(demo.lms_url)
    robot.register((demo.folder / "registration-url").read_text(encoding="utf-8"))
    robot.open_activity("Zane", robot.place_badge(COURSE))
    wait(lambda: demo.count("look", "outcome = 'answered'") >= 2)
    robot.give_grades(COURSE, complete=COMPLETE)
    for _ in range(KILLS):
        time.sleep(random_.uniform(0.2, 2.5))
        demo.kill()
        demo.start()
        wait(demo.answers)
    # Jobs that the killed processes had claimed come back when their lease ends; the test ends it at once.
    with closing(sqlite3.connect(demo.folder / "nozimite.sqlite", timeout=30)) as connection, connection:
        connection.execute("UPDATE outbox SET leased_until = NULL")
    wait(lambda: demo.count("delivery", "status = 'sent'") == COMPLETE)
    assert demo.count("award") == demo.count("credential") == COMPLETE
    assert len(demo.query("SELECT DISTINCT award_id FROM credential")) == COMPLETE
    assert len(demo.query("SELECT DISTINCT person_id FROM award")) == COMPLETE
    assert len(list((demo.folder / "mail").glob("*.eml"))) == COMPLETE


def test_ctrl_c_stops_the_demo_cleanly(start_demo):
    demo = start_demo()
    wait(demo.answers)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(20) == 0
    log = (demo.folder.parent / "log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "/verify" in log
    assert os.listdir(demo.folder)
