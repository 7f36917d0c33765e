"""Launches under load: a login and its launch, by many learners at once, through gunicorn, PostgreSQL and Valkey.

A launch here is the pair: the login that the platform begins, answered by a redirect, and the signed form that the
browser posts then, answered by the page of the learner's badge. Signing is the platform's work, so it is done between
the rounds, and not counted. PostgreSQL waits for its disk at each commit, as it does in production.

`make test-long ARGS=tests/load` writes tests/load/results.json. The rate is that of the machine at that hour, with the
clients on it; seconds of processor for a launch, and their ratio to the cheapest request, say more.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
import redis

from tests.amounts import LONG, amount
from tests.load.clients import AT_ONCE, Answer, Client, in_parts
from tests.load.machine import children, cpu_seconds, memory_mib, valkey_cpu_seconds
from tests.load.school import COURSES, Launch, School, running_tool, school_at
from tests.postgres_server import PostgresServer

LAUNCHES = amount("launches under load", small=60, full=20_000)
#: Each learner comes several times: who comes for the first time costs more.
LEARNERS = max(LAUNCHES // 10, COURSES)
#: The user_id of the first; the teacher who has placed the badges has a smaller one.
FIRST = 1_000
ROUND = 1_000
#: Requests of the cheapest kind; more in a minute are refused to one address.
CHEAPEST = 500
#: How much the memory of a process may grow in the second half, in MiB: by then it has its connections and threads.
GROWTH_MIB = 8
#: What a launch of somebody who was there before may ask of the database: a further statement is seen here.
STATEMENTS = 25


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Everything that runs: by what it is asked, and where its costs are read."""

    school: School
    clients: list[Client]
    database: PostgresServer
    valkey: Any
    web: int

    def costs(self) -> dict[str, float]:
        """Seconds of processor so far, of each part."""
        return {
            "web": cpu_seconds(self.web),
            "database": cpu_seconds(self.database.pid),
            "Valkey": valkey_cpu_seconds(self.valkey),
            "clients": time.process_time(),
        }

    def count(self, question: str) -> int:
        return int(self.database.execute(question, "load")[0][0])


@dataclass(kw_only=True)
class Measured:
    """What was measured of requests of one kind."""

    seconds: float = 0
    times: list[float] = field(default_factory=list)
    costs: dict[str, float] = field(default_factory=dict)

    def ms_of_processor(self) -> dict[str, float]:
        """For one request, of each part."""
        return {name: 1000 * spent / len(self.times) for name, spent in self.costs.items()}

    def percentiles(self) -> dict[str, float]:
        """Milliseconds until the answer was there."""
        hundredths = quantiles(self.times, n=100, method="inclusive")
        return {f"p{each}": round(1000 * hundredths[each - 1], 1) for each in (50, 95, 99)}


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, valkey_server: str, free_port: Callable[[], int]
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("load")
    # Not in memory, as other tests have it, and with a socket of a short name.
    home = Path(tempfile.mkdtemp(prefix="nozimite-load-", dir="/tmp"))
    database = PostgresServer(home)
    database.start("-c", "fsync=on")
    try:
        database.execute("CREATE DATABASE load")
        url, tool_url = database.url("load"), f"http://tool.localhost:{free_port()}"
        with (
            redis.Redis.from_url(valkey_server) as valkey,
            school_at(url, tool_url, folder) as school,
            running_tool(tool_url, folder, url, f"{valkey_server}/0") as web,
        ):
            clients = [Client(int(tool_url.rpartition(":")[2])) for _ in range(AT_ONCE)]
            yield Stack(school=school, clients=clients, database=database, valkey=valkey, web=web.pid)
    finally:
        database.stop()
        shutil.rmtree(home, ignore_errors=True)


def test_launches_of_many_at_once_are_each_answered_and_stored_once(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    cheapest, logins, launches = Measured(), Measured(), Measured()
    ask(stack, cheapest, [lambda client: client.get("/healthz")] * CHEAPEST, 200)
    memory: list[list[float]] = []
    began = [cpu_seconds(process) for process in children(stack.web)]
    tokens: set[bytes] = set()
    for first in range(0, LAUNCHES, ROUND):
        people = [FIRST + number % LEARNERS for number in range(first, min(first + ROUND, LAUNCHES))]
        begun = ask(stack, logins, [partial(begin, stack.school, person) for person in people], 302)
        signed = [stack.school.signed(person, login) for person, login in zip(people, begun, strict=True)]
        pages = ask(stack, launches, [partial(post, launch) for launch in signed], 200)
        tokens |= {token_of(page) for page in pages}
        memory.append([memory_mib(process) for process in children(stack.web)])
    worked = [cpu_seconds(process) - at for process, at in zip(children(stack.web), began, strict=True)]

    assert len(tokens) == LAUNCHES, "two pages with one session"
    assert stack.count("SELECT count(*) FROM launch_session WHERE is_learner") == LAUNCHES
    # And those of the teacher who has placed a badge in each course.
    assert stack.count("SELECT count(*) FROM event WHERE what = 'launched'") == LAUNCHES + COURSES
    assert stack.count("SELECT count(*) FROM expiring_value WHERE value::text LIKE '%used%'") == LAUNCHES
    assert stack.count("SELECT count(*) FROM person") == LEARNERS + 1
    # A form that was posted is good for nothing more, whoever posts it, and however many at once.
    again = in_parts([partial(post, signed[-1])] * AT_ONCE, stack.clients)
    assert {answer.status for answer in again} == {400}
    assert stack.count("SELECT count(*) FROM launch_session WHERE is_learner") == LAUNCHES

    statements = statements_of_a_launch(stack)
    assert statements <= STATEMENTS
    figures = as_figures(cheapest, logins, launches) | {
        "statements of a launch, with BEGIN and COMMIT": statements,
        "percent of the work done by each web process": [round(100 * each / sum(worked)) for each in worked],
        "MiB of each web process, after each tenth": [
            [round(each) for each in row] for row in memory[:: max(len(memory) // 10, 1)]
        ],
    }
    print(figures)
    record_property("load", {"launches": figures})
    if LONG:
        # One that gets all would leave the other processor to nobody.
        assert min(worked) > 0.2 * sum(worked), figures
        half, end = (max(map(max, part)) for part in (memory[: len(memory) // 2], memory))
        assert end - half <= GROWTH_MIB, figures


def ask(
    stack: Stack, measured: Measured, deeds: list[Callable[[Client], Answer]], status: int
) -> list[Answer]:
    """The answers to the deeds, all of this status; what they took is added to `measured`."""

    def timed(deed: Callable[[Client], Answer], client: Client) -> tuple[Answer, float]:
        began = time.perf_counter()
        return deed(client), time.perf_counter() - began

    costs, began = stack.costs(), time.perf_counter()
    done = in_parts([partial(timed, deed) for deed in deeds], stack.clients)
    measured.seconds += time.perf_counter() - began
    for name, spent in stack.costs().items():
        measured.costs[name] = measured.costs.get(name, 0) + spent - costs[name]
    measured.times += [seconds for _, seconds in done]
    answers = [answer for answer, _ in done]
    assert {answer.status for answer in answers} == {status}
    return answers


def begin(school: School, person: int, client: Client) -> Answer:
    return client.post("/lti/login", school.login_form(person))


def post(launch: Launch, client: Client) -> Answer:
    return client.post("/lti/launch", launch.form, launch.cookie)


def token_of(page: Answer) -> bytes:
    """The token of the session in a learner's page."""
    found = re.search(rb'name="_launch" value="([^"]+)"', page.body)
    assert found is not None
    return found[1]


def statements_of_a_launch(stack: Stack) -> float:
    """How many statements a login and its launch send, by the database's log, of learners who were there before."""
    times, before, log = 10, 0, stack.database.home / "log"

    def logged() -> int:
        return len(re.findall(r"LOG:  (?:statement|execute)", log.read_text(encoding="utf-8")))

    stack.database.execute("ALTER SYSTEM SET log_statement = 'all'")
    stack.database.execute("SELECT pg_reload_conf()")
    client = stack.clients[0]
    for person in range(FIRST, FIRST + 2 * times):
        if person == FIRST + times:
            # By then the new setting holds on each connection to the database.
            before = logged()
        login = begin(stack.school, FIRST + person % times, client)
        assert post(stack.school.signed(FIRST + person % times, login), client).status == 200
    return round((logged() - before) / times, 1)


def as_figures(cheapest: Measured, logins: Measured, launches: Measured) -> dict[str, Any]:
    """What is written down of a run. A launch is a login and the post of its form."""
    spent = logins.ms_of_processor(), launches.ms_of_processor()
    of_launch = {name: round(sum(each[name] for each in spent), 2) for name in spent[0]}
    floor = sum(cheapest.ms_of_processor().values())
    return {
        "launches": len(launches.times),
        "learners": LEARNERS,
        "clients at once": AT_ONCE,
        # Of more than two it had others to work for as well.
        "work waiting for the processors, over 15 minutes": round(os.getloadavg()[2], 1),
        "launches a second": round(len(launches.times) / (logins.seconds + launches.seconds), 1),
        "ms until a login is answered": logins.percentiles(),
        "ms until a launch is answered": launches.percentiles(),
        "ms of processor for a launch": of_launch,
        "ms of processor for GET /healthz": round(floor, 2),
        "GET /healthz that cost as much as a launch": round(sum(of_launch.values()) / floor, 1),
    }
