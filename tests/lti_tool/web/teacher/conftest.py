"""The teacher's page: its actions, and the platform that it asks."""

import pytest

from tests.lti_tool.web.conftest import hidden


@pytest.fixture
def act(school, teaching, services):
    """What Zane's page answers to one of its forms."""
    token = hidden(teaching, "_launch")

    def act(path, **form):
        return school.browser.post(f"/lti/app/{path}", data={"_launch": token, **form})

    return act
