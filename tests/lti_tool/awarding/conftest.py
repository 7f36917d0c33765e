"""Links as teachers place them and platforms launch them."""

from __future__ import annotations

import pytest

from lti_tool.people import sessions
from lti_tool.platforms import registrations
from tests.fixtures import NEW_REGISTRATION, ZANE, launch_of, place_badge


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
