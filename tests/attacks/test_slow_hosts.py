"""Badges that name many hosts, which answer slowly or not at all: they hold up no page, and have a limit."""

from __future__ import annotations

import runpy
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from badges.verify import Budget, Report, budget
from lti_tool.outgoing import Outgoing
from lti_tool.store.models import CredentialRow
from lti_tool.store.packing import pack_both
from lti_tool.web import create_app, rate_limits
from lti_tool.web.limits import WAITING_AT_ONCE
from lti_tool.wiring import Tool, build_tool
from tests.attacks.endorsed_badge import ENDORSEMENTS, ENTRIES, endorsed_badge
from tests.fixtures import (
    ANNA,
    ROOT,
    Clock,
    FakePlatform,
    complete,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)
from tests.lti_tool.web.conftest import browser_of, text_of

THREADS: int = runpy.run_path(str(Path(__file__).parents[2] / "docker" / "gunicorn.conf.py"))["threads"]
#: Against a test that hangs; no answer takes a noticeable part of it.
GUARD_SECONDS = 20


class SlowServer:
    """Answers every request with 404, but none before it is `released`."""

    def __init__(self) -> None:
        self.released = threading.Event()
        #: One for each request that has arrived.
        self.arrived = threading.Semaphore(0)
        self.requests = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://slow-{{}}.localhost:{self.port}"

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.recv(65_536)
            self.requests += 1
            self.arrived.release()
            self.released.wait(GUARD_SECONDS * 2)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def stop(self) -> None:
        self.released.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    server = SlowServer()
    yield server
    server.stop()


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    """A tool whose verifier may call the slow server, in place of the public internet."""
    tool = build_tool(settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path), Clock())
    yield replace(tool, verifier_outgoing=_outgoing())
    tool.store.close()


def _outgoing(**changes: Any) -> Outgoing:
    hosts = [f"slow-{number}.localhost" for number in range(ENDORSEMENTS)]
    return Outgoing(private_hosts=hosts, **changes)


@pytest.fixture
def badge_id(tool: Tool) -> str:
    """The id of the credential that Anna has earned."""
    complete(tool, FakePlatform(), make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        return session.query(CredentialRow).one().id


@pytest.fixture
def pages() -> Iterator[ThreadPoolExecutor]:
    """As many threads as a web process answers requests in."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield pool


def found(report: Report) -> dict[str, tuple[str, str]]:
    return {check.name: (check.outcome, check.code) for check in report.checks}


def test_slow_hosts_hold_up_no_other_page(
    tool: Tool, badge_id: str, slow: SlowServer, pages: ThreadPoolExecutor
) -> None:
    app = create_app(tool)
    rate_limits.switch_off(app)  # or the limit to uploads of one address would hide what is tried here
    badge = endorsed_badge(slow.base)
    assert 20_000 < len(badge) < 40_000

    def upload() -> TestResponse:
        return browser_of(app).post("/verify", data=badge, content_type="application/json")

    def open_page(path: str) -> TestResponse:
        return browser_of(app).get(path)

    uploads = [pages.submit(upload) for _ in range(2 * THREADS)]
    for _ in range(WAITING_AT_ONCE):
        assert slow.arrived.acquire(timeout=GUARD_SECONDS)
    paths = ("/healthz", "/readyz", "/", "/verify", f"/badges/{badge_id}", "/issuers/riga-college")
    answers = [pages.submit(open_page, path) for path in paths * 2]
    assert {answer.result(GUARD_SECONDS).status_code for answer in answers} == {200}
    # All the others are refused while the slow hosts still say nothing.
    refused = list(islice(as_completed(uploads, GUARD_SECONDS), len(uploads) - WAITING_AT_ONCE))
    for one in refused:
        page = one.result()
        assert (page.status_code, page.headers["Retry-After"]) == (503, "15")
        assert "Try again in a moment" in text_of(page)
    assert not slow.released.is_set()
    slow.released.set()
    for one in uploads:
        if one not in refused:
            assert "Not all endorsements of the badge could be checked" in text_of(one.result())
    assert slow.requests <= WAITING_AT_ONCE * budget.FETCHES


def test_most_threads_are_left_to_other_pages() -> None:
    """Whichever pages wait for strangers: a kind of its own would hold as many threads again."""
    assert WAITING_AT_ONCE * 2 < THREADS
    holders = {
        path.stem
        for path in (ROOT / "lti_tool" / "web").rglob("*.py")
        if "BoundedSemaphore(" in path.read_text(encoding="utf-8")
    }
    # Each of the others says beside it why it has places of its own.
    assert holders == {"limits", "qr_codes", "batch", "certificates", "messages", "own_portfolio"}


def test_a_badge_makes_its_verifier_send_no_more_requests_than_the_budget_has(
    tool: Tool, slow: SlowServer
) -> None:
    slow.released.set()
    report = tool.verify(endorsed_badge(slow.base))
    assert ENDORSEMENTS * ENTRIES > budget.FETCHES
    assert slow.requests == budget.FETCHES
    assert report.verdict == "verified"
    assert found(report)["endorsements"][0] == "unknown"


def test_a_host_that_does_not_answer_is_left_when_the_time_is_over(tool: Tool, slow: SlowServer) -> None:
    # The time is over with the first request, however busy this machine is.
    hurried = replace(tool, new_budget=lambda: Budget(lambda: 3 * slow.requests, seconds=2))
    report = hurried.verify(endorsed_badge(slow.base))
    assert not slow.released.is_set()
    assert slow.requests == 1
    assert (report.verdict, found(report)["endorsements"]) == ("verified", ("unknown", "limit_reached"))


def test_a_name_that_is_not_resolved_is_left_when_the_time_is_over(tool: Tool) -> None:
    answer, asked, resolved = threading.Event(), list[str](), list[str]()

    def resolve(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        answer.wait(GUARD_SECONDS)
        resolved.append(host)
        return []

    hurried = replace(
        tool,
        verifier_outgoing=Outgoing(resolve=resolve),
        new_budget=lambda: Budget(lambda: 3 * len(asked), seconds=2),
    )
    report = hurried.verify(endorsed_badge("https://slow-{}.example"))
    assert resolved == []
    assert found(report)["endorsements"] == ("unknown", "limit_reached")
    answer.set()


def test_the_page_of_a_badge_calls_nobody(tool: Tool, badge_id: str, slow: SlowServer) -> None:
    """Not even where a stored credential names other hosts."""
    slow.released.set()
    with tool.store.begin() as session:
        row = session.query(CredentialRow).one()
        row.packed = pack_both(endorsed_badge(slow.base).decode(), row.jwt, row.dictionary.body)
    page = browser_of(create_app(tool)).get(f"/badges/{badge_id}")
    assert page.status_code == 200
    assert slow.requests == 0


@pytest.mark.parametrize("address", ["https://inside.localhost:{}", "http://inside.localhost:{}"])
def test_the_verifier_never_reaches_the_hosts_that_only_platforms_are_on(
    tmp_path: Path, slow: SlowServer, address: str
) -> None:
    settings = settings_for(
        f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path, private_hosts=("inside.localhost",)
    )
    tool = build_tool(settings, Clock())
    inside = f"http://inside.localhost:{slow.port}/"
    slow.released.set()
    try:
        assert tool.outgoing.get(inside).status == 404
        asked = slow.requests
        report = tool.verify(endorsed_badge(address.format(slow.port)))
        assert slow.requests == asked
        assert report.verdict == "verified"
        # Nor where somebody hands in nothing but the address.
        report = tool.verify(f"{address.format(slow.port)}/badge.json".encode())
        assert slow.requests == asked
        assert report.verdict == "unverifiable"
    finally:
        tool.store.close()


SPELLINGS = (
    "https://BADGES.example.org",
    "https://badges.example.org.",
    "https://badges.example.org:443",
    "http://badges.example.org:80",
    "http://badges.example.org",
    "https://x@badges.example.org",
    "https://badges.example.org/.",
    "https://badges.example.org//",
    "https://badges.example.org/a/..",
    "https://ｂａｄｇｅｓ.example.org",
    "https://badges。example。org",
)


def test_no_spelling_of_our_address_makes_the_tool_call_itself(tool: Tool) -> None:
    asked: list[str] = []

    class Counting(Outgoing):
        def request(self, method: str, url: str, **options: Any) -> Any:
            asked.append(url)
            raise OSError(url)

    counting = replace(tool, verifier_outgoing=Counting())
    for spelled in SPELLINGS:
        document = counting.fetch(f"{spelled}/issuers/riga-college/did.json")
        assert b"did:web:badges.example.org:issuers:riga-college" in document, spelled
        counting.verify(endorsed_badge(f"{spelled}/{{}}"))
        assert asked == [], spelled
