"""Links as teachers place them and platforms launch them."""

from __future__ import annotations

import pytest

from lti_tool.people import sessions
from lti_tool.platforms import registrations
from lti_tool.wiring import build_tool
from tests.fixtures import NEW_REGISTRATION, ZANE, launch_of, place_badge, run_due_jobs, settings_for


@pytest.fixture
def registration_id(tool):
    with tool.store.begin() as session:
        return registrations.add(session, NEW_REGISTRATION, tool.clock()).id


@pytest.fixture
def place(tool, published, registration_id):
    """Places a badge and returns its custom parameters."""

    def place(*conditions, **changes):
        with tool.store.begin() as session:
            return place_badge(session, tool, registration_id, published, *conditions, **changes)

    return place


@pytest.fixture
def launch(tool, registration_id):
    """Launches a link and returns the id of its rule."""

    def launch(custom, person=ZANE, **changes):
        with tool.store.begin() as session:
            message = launch_of(person, registration_id, custom=custom, **changes)
            return sessions.start_session(session, message, tool.clock()).row.rule_id

    return launch


@pytest.fixture
def mailing_tool(sqlite_url, tmp_path, clock, smtp):
    """A tool that mails through a real server."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, smtp_url=smtp.url), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def mailing_tool_on_any_database(any_database_url, tmp_path, clock, smtp):
    """The same on SQLite and on PostgreSQL."""
    tool = build_tool(settings_for(any_database_url, tmp_path, smtp_url=smtp.url), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def new_mails(tool, smtp, clock):
    """The mails that are due when ten minutes have gone, or so long, and were not read before."""
    read = []

    def new_mails(**later):
        clock.advance(**(later or {"minutes": 10}))
        run_due_jobs(tool)
        new = [mail for mail in smtp.mails if mail not in read]
        read.extend(new)
        return new

    return new_mails
