"""An installation with processes of its own, a course in which learners complete, and what must be true in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from lti_tool.demo import saved_state
from lti_tool.demo.campus import Grade, Person
from lti_tool.demo.robot import Robot
from tests.conftest import Mailbox
from tests.running_demo import wait

ROOT = Path(__file__).parents[2]
COURSE = "Data Literacy"
COURSE_ID = "3"

Process = subprocess.Popen[bytes]


class Course:
    """The course of an LMS in this process. Its link is open to those who have completed; nobody has at first."""

    def __init__(self, lms: Flask, state_file: Path, activity: str) -> None:
        self._lms = lms.extensions["lms"]
        # As it was when the tool was registered, its badge placed, and the platform looked at.
        self._lms.campus = saved_state.load(state_file)[0]
        self._lms.sessions.clear()
        self.activity = activity
        self.completed: list[Person] = []

    @property
    def url(self) -> str:
        """The address of the LMS."""
        return str(self._lms.url)

    def complete(self, count: int) -> Sequence[Person]:
        """So many more learners complete; who is last on the list never does, so that the link is seen to be closed."""
        campus = self._lms.campus
        first = len(self.completed)
        more = campus.learners(COURSE_ID)[:-1][first : first + count]
        assert len(more) == count, "the course has too few learners"
        for person in more:
            for column in campus.course_columns(COURSE_ID):
                campus.write_grade(
                    Grade(
                        column_id=column.id,
                        person_id=person.id,
                        score=column.maximum,
                        comment="",
                        changed_at=datetime.now(UTC),
                        by_hand=True,
                    )
                )
        self.completed += more
        return more


@dataclass(kw_only=True)
class Installation:
    """The settings of the tool's processes, which `start_web` and `start_worker` start. Their output is in `folder`."""

    environment: dict[str, str]
    folder: Path
    course: Course
    mailbox: Mailbox
    processes: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.environment["TOOL_URL"]

    def start_web(self) -> Process:
        """gunicorn with one process, as in the image; it answers when this returns."""
        web = self.begin_web()
        wait(self.is_ready)
        return web

    def begin_web(self) -> Process:
        """The same, before it answers."""
        port = self.url.rpartition(":")[2]
        return self.start("gunicorn", "--config", "docker/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}")

    def start_workers(self, count: int, **changes: str) -> list[Process]:
        """So many workers, which work when this returns; `changes` are further variables of their environment."""
        workers = [self.start("lti_tool", "worker", **changes) for _ in range(count)]
        for worker in workers:
            self.wait_for_worker(worker)
        return workers

    def wait_for_worker(self, worker: Process) -> None:
        """Returns once a worker works."""
        wait(lambda: "worker_started" in self.log_of(worker))

    def start(self, *command: str, **changes: str) -> Process:
        """`python -m` with these words, in a process group of its own."""
        with (self.folder / f"log-{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment | {"PYTHONFAULTHANDLER": "1"} | changes,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def log_of(self, process: Process) -> str:
        """What a process has written so far."""
        return (self.folder / f"log-{self.processes.index(process)}").read_text(encoding="utf-8")

    def is_ready(self) -> bool:
        """Whether the web process and the database answer."""
        try:
            return Robot(self.url).http.get(f"{self.url}/readyz", timeout=5).ok
        except OSError:
            return False

    def stop(self, *processes: Process) -> None:
        """Asks processes to end, as an operator does, and waits for it. They must end by themselves."""
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                ended = process.wait(40)
            except subprocess.TimeoutExpired:
                # Has faulthandler write what each of its threads is doing.
                process.send_signal(signal.SIGABRT)
                ended = process.wait(10)
            assert ended == 0, self.log_of(process)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self._connected() as connection:
            return connection.execute(statement.encode()).fetchall()

    def count(self, table: str, condition: str = "true") -> int:
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])

    def execute(self, statement: str) -> None:
        with self._connected() as connection:
            connection.execute(statement.encode())

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        address = self.environment["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(address, connect_timeout=10) as connection:
            yield connection

    def end_leases(self) -> None:
        """Ends the leases of processes that were killed, so that no test waits a minute. No process may be running."""
        assert not [process for process in self.processes if process.poll() is None]
        self.execute("UPDATE outbox SET leased_until = NULL")

    def is_done(self) -> bool:
        """Whether everybody who has completed has an award that was delivered, and nothing is left to be done."""
        delivered = self.count("delivery", "status = 'sent'")
        left = self.count("outbox", "task NOT IN ('look', 'sweep')")
        return delivered == len(self.course.completed) and left == 0

    def wait_until_done(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_done():
            assert time.monotonic() < deadline, self.what_is_left()
            time.sleep(0.1)

    def what_is_left(self) -> str:
        tables = ("award", "credential", "delivery")
        counts = {name: self.count(name) for name in tables}
        left = self.rows("SELECT task, attempts, trouble, due_at, leased_until, died_at FROM outbox")
        logs = "\n".join(self.log_of(process)[-2000:] for process in self.processes[-3:])
        return f"{len(self.course.completed)} have completed: {counts}, {left}\n{logs}"

    def check_everything(self) -> dict[str, int]:
        """That each completion was judged, each award issued once and delivered; how many there were of each.

        A mail that was sent twice has the same reference both times. The caller says whether there may be one.
        """
        emails = sorted(person.email for person in self.course.completed)
        assert emails == [row[0] for row in self.rows(_AWARDED)], (
            "not everybody who completed, or somebody else"
        )
        assert self.count("award", "status <> 'issued' OR ended_at IS NOT NULL") == 0
        credentials = self.rows("SELECT award_id, status_list_id, status_index FROM credential")
        assert len(credentials) == len({row[0] for row in credentials}) == len(emails)
        assert len({row[1:] for row in credentials}) == len(emails)
        assert self.count("delivery", "status = 'sent'") == self.count("delivery") == len(emails)
        assert self.count("outbox", "died_at IS NOT NULL") == 0
        assert self.count("look", "outcome = 'answered'") > 0
        mails = self.mails()
        recipients = {recipient for recipient, _ in mails}
        assert recipients == set(emails)
        assert len(mails) == len(emails), "two mails about one badge with different references"
        sent = sum(mails.values())
        return {
            "completions": len(emails),
            "awards": self.count("award"),
            "credentials": len(credentials),
            "mails": sent,
            "mails that were sent twice": sent - len(mails),
        }

    def mails(self) -> Counter[tuple[str, str]]:
        """How often each mail about a badge was sent, by recipient and reference."""
        return Counter(
            (str(mail["To"].addresses[0].addr_spec), str(mail["Message-ID"]))
            for mail in list(self.mailbox.mails)
            if any(part.get_content_type() == "image/png" for part in mail.walk())
        )

    def kill_all(self) -> None:
        """Ends what is still running, at the end of a test."""
        for process in self.processes:
            if process.poll() is None:
                kill(process)


_AWARDED = """
SELECT person.email FROM award JOIN person ON person.id = award.person_id ORDER BY convert_to(person.email, 'UTF8')
"""


def kill(process: Process) -> None:
    """SIGKILL for a process and those that it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
