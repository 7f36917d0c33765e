"""Real processes on a real PostgreSQL, Valkey and mail server, and what is done to them."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lti_tool.awarding import looks
from lti_tool.commands.demo_server import TEMPLATES
from lti_tool.demo import saved_state
from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from lti_tool.issuing import legal_identity
from lti_tool.platforms import invitations
from lti_tool.store.models import Course as CourseRow
from lti_tool.templates.starters import publish_starters
from lti_tool.web import create_app, server
from lti_tool.wiring import build_tool
from tests.amounts import amount
from tests.conftest import Mailbox
from tests.faults.installation import COURSE, ROOT, Course, Installation
from tests.fixtures import SECRETS, settings_for
from tests.postgres_server import PostgresServer

LEARNERS = amount("learners of the course in which faults are caused", small=100, full=450)


@pytest.fixture
def random_(record_property: Callable[[str, object], None]) -> random.Random:
    """Numbers that differ each time; NOZIMITE_SEED repeats those of a run."""
    seed = int(os.environ.get("NOZIMITE_SEED") or secrets.randbelow(2**32))
    print(f"NOZIMITE_SEED={seed}")
    record_property("seed", seed)
    return random.Random(seed)


@pytest.fixture
def write_down(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """A function that takes what a fault has led to, by name; the long run writes it to tests/faults/results.json."""

    def write(fault: str, figures: dict[str, Any]) -> None:
        print(f"{fault}: {figures}")
        record_property("fault", {fault: figures})

    return write


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A database on which the tool was started, registered and its badge placed, and the LMS that goes with it."""

    database: str
    tool_url: str
    lms: Flask
    state_file: Path
    activity: str


@pytest.fixture(scope="session")
def prepared(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Made once: each test gets a copy of the database, and the LMS as it was then."""
    folder = tmp_path_factory.mktemp("prepared")
    database = f"prepared_{os.getpid()}"
    postgres_server.execute(f"CREATE DATABASE {database}")
    tool_socket, lms_socket = server.listen(0), server.listen(0)
    tool_url, lms_url = (
        f"http://{name}.localhost:{listener.getsockname()[1]}"
        for name, listener in (("tool", tool_socket), ("lms", lms_socket))
    )
    lms = create_lms(url=lms_url, learners=LEARNERS)
    lms_server = server.serve(lms, lms_socket)
    tool = build_tool(
        settings_for(
            postgres_server.url(database), folder, tool_url=tool_url, private_hosts=("lms.localhost",)
        )
    )
    tool_server = server.serve(create_app(tool), tool_socket)
    with tool.store.begin() as session:
        issuer = tool.issuers.first(session)
        legal_identity.confirm(session, issuer, tool.clock())
        publish_starters(session, issuer, TEMPLATES, tool.clock())
        code = invitations.invite(session, tool.clock())
    robot = Robot(lms_url)
    robot.register(f"{tool_url}/lti/register?code={code}")
    activity = robot.place_badge(COURSE)
    robot.open_activity("Zane", activity)
    with tool.store.read() as session:
        course_id = session.query(CourseRow).one().id
    for _ in range(2):
        assert looks.look(tool.store, tool.connect, course_id, tool.clock()) is None
    saved_state.save(lms.extensions["lms"].campus, [], folder / "lms.json")
    tool_server.shutdown()
    tool_server.server_close()
    tool_socket.close()
    tool.store.close()
    yield Prepared(
        database=database, tool_url=tool_url, lms=lms, state_file=folder / "lms.json", activity=activity
    )
    lms_server.shutdown()
    lms_server.server_close()
    lms_socket.close()


@pytest.fixture
def new_installation(
    prepared: Prepared, smtp: Mailbox, tmp_path: Path
) -> Iterator[Callable[..., Installation]]:
    """A function that sets up an installation on a database and a broker; its processes are ended with the test."""
    made = []

    def installation(database_url: str, broker_url: str, **changes: str) -> Installation:
        environment = {
            **os.environ,
            "TOOL_URL": prepared.tool_url,
            "DATABASE_URL": database_url,
            "BROKER_URL": broker_url,
            **SECRETS,
            "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
            "SMTP_URL": smtp.url,
            "MAIL_FOLDER": str(tmp_path / "mail"),
            "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
            "POLL_SECONDS": "1",
            "PRIVATE_HOSTS": "lms.localhost",
            "WEB_CONCURRENCY": "1",
            **changes,
        }
        course = Course(prepared.lms, prepared.state_file, prepared.activity)
        made.append(Installation(environment=environment, folder=tmp_path, course=course, mailbox=smtp))
        return made[-1]

    yield installation
    for each in made:
        each.kill_all()


@pytest.fixture
def prepared_url(prepared: Prepared, new_postgres_database: Callable[..., Any]) -> Iterator[str]:
    """The DATABASE_URL of a copy of the prepared database."""
    with new_postgres_database(prepared.database) as (_, url):
        yield url


@pytest.fixture
def installation(
    new_installation: Callable[..., Installation], prepared_url: str, valkey_url: str
) -> Installation:
    """An installation with the PostgreSQL and the Valkey of most tests."""
    return new_installation(prepared_url, valkey_url)
