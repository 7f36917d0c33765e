"""What two workers do for awards, with PostgreSQL on the same machine: from the jobs in the outbox to stored badges.

Each worker is a process, which runs this file as a program and does what it is told on its standard input.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import event, text

from lti_tool import jobs
from lti_tool.issuing import gathering, new_credential
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.store import outbox
from lti_tool.store.database import Store
from lti_tool.store.models import Award, Person
from lti_tool.tasks import CLAIMED_AT_ONCE
from lti_tool.wiring import Tool, build_tool
from tests.bench.database_time import vacuum
from tests.bench.installation import Installation, installation
from tests.bench.measuring import Row, figure_of, ratio_of
from tests.fixtures import NOW, Clock, make_rule, publish, settings_for
from tests.many_learners import add_waiting_awards

WORKERS = 2
ROUNDS = 7
#: Awards in each round.
AWARDS = 600
#: Jobs that are not due yet: looks and notices of expiry wait by the hundred thousand.
WAITING_JOBS = 200_000


def issuing_rows() -> Iterator[Row]:
    """By the clock of the wall: what PostgreSQL does counts too."""
    ours, bare = [], []
    with installation() as installed, ExitStack() as stack:
        workers = [stack.enter_context(_worker(installed)) for _ in range(WORKERS)]
        tool = installed.tool
        make_rule(tool, publish(tool))
        for number in range(ROUNDS + 1):
            _add_awards(tool, number)
            _seconds(workers, "gather")
            secured, issued = (_seconds(workers, what) / AWARDS * 1e6 for what in ("secure", "issue"))
            if number:  # the first round compiles the form of the credential
                bare.append(secured)
                ours.append(issued)
            else:
                first_bytes = _bytes(tool)
        size = (_bytes(tool) - first_bytes) / (AWARDS * ROUNDS)
    work = "issue and record an award, two workers with PostgreSQL"
    yield figure_of(work, "us", 1000, ours)
    against = "each credential built and secured by itself in two processes"
    yield ratio_of(work, against, 1.67, ours, bare)
    yield Row(
        work="an award with its learner, badge, delivery and event in PostgreSQL, indexes included",
        ours=None,
        result=size,
        unit="bytes",
        goal=2500,
    )


def claim_row() -> Row:
    """What an idle worker asks again and again."""
    with installation() as installed:
        store = installed.tool.store
        add_waiting_jobs(store, NOW)
        times = _milliseconds_in_postgres(store, lambda: outbox.claim(store, outbox.LOOKS, NOW))
    work = f"claim a job where {WAITING_JOBS:,} are not due, inside PostgreSQL"
    return figure_of(work, "ms", 0.2, [time * 1000 for time in times])


def add_waiting_jobs(store: Store, now: datetime) -> None:
    """Jobs of a large installation that are not due at `now`, the first in a second."""
    fill = """
        INSERT INTO outbox (id, queue, task, payload, attempts, due_at, created_at)
        SELECT 'j-' || n, 'looks', 'look', '{}', 0, :now + n * interval '1 second', :now
        FROM generate_series(1, :waiting) AS n
    """
    with store.engine.begin() as connection:
        connection.execute(text(fill), {"now": now, "waiting": WAITING_JOBS})
    vacuum(store)


def _milliseconds_in_postgres(store: Store, ask: Callable[[], object]) -> list[float]:
    """How long PostgreSQL takes to execute the statement of `ask`, again and again."""
    asked: list[tuple[str, Any]] = []

    def remember(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", remember)
    ask()
    event.remove(store.engine, "before_cursor_execute", remember)
    ((statement, parameters),) = asked
    times = []
    with store.engine.connect() as connection, connection.connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            ((plan,),) = cursor.fetchall()
            times.append(plan[0]["Execution Time"])
    return times


def _add_awards(tool: Tool, number: int) -> None:
    """New awards, each with a job that issues it."""
    with tool.store.begin() as session:
        names = (f"learner{number}-{each}" for each in range(AWARDS))
        add_waiting_awards(session, (Person(name=name, email=f"{name}@example.org") for name in names))


def _bytes(tool: Tool) -> int:
    """What the tables of awards take with their indexes, once what was deleted can be used again."""
    vacuum(tool.store)
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY(:tables)"
    tables = ["award", "credential", "delivery", "event", "person"]
    with tool.store.engine.connect() as connection:
        return int(connection.execute(text(size), {"tables": tables}).scalar_one())


# --- the workers

_Process = subprocess.Popen[str]


@contextmanager
def _worker(installed: Installation) -> Iterator[_Process]:
    command = [sys.executable, "-m", "tests.bench.issuing", installed.url, str(installed.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        yield process
        process.stdin.close()


def _seconds(workers: Sequence[_Process], what: str) -> float:
    """From when the workers are told what to do, to when the last of them has done it."""
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(f"{what}\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "done\n"
    return time.perf_counter() - started


class _Work:
    """What a worker can be told to do."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._gathered: list[NewCredential] = []

    def gather(self) -> None:
        """Reads what the credentials of this worker's part of the awards are made of, each by itself."""
        with self._tool.store.begin() as session:
            waiting = session.query(Award.id).where(Award.status == "earned").limit(AWARDS // WORKERS)
            award_ids = [award_id for (award_id,) in waiting]
        for award_id in award_ids:
            with self._tool.store.begin() as session:
                self._gathered += gathering.first_credentials(session, self._tool.issuers, [award_id], NOW)

    def secure(self) -> None:
        """Builds and secures those; nothing is stored."""
        for new in self._gathered:
            new_credential.secured(new, str(uuid4()), NOW)
        self._gathered.clear()

    def issue(self) -> None:
        """Runs jobs until there are none."""
        while claimed := outbox.claim(self._tool.store, outbox.AWARDS, NOW, CLAIMED_AT_ONCE[outbox.AWARDS]):
            for _ in jobs.run_all(self._tool, claimed):
                pass


def main() -> None:
    url, folder = sys.argv[1:]
    tool = build_tool(settings_for(url, Path(folder)), Clock())
    work = _Work(tool)
    for line in sys.stdin:
        getattr(work, line.strip())()
        print("done", flush=True)
    tool.store.close()


if __name__ == "__main__":
    main()
