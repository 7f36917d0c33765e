"""The teacher's page: its actions, and the platform that it asks."""

import pytest

from tests.lti_tool.web.conftest import hidden


@pytest.fixture
def services(web_tool, platform, monkeypatch):
    """Lets the pages ask the fake platform."""
    monkeypatch.setattr(type(web_tool), "connect", lambda self, registration: platform)
    return platform


@pytest.fixture
def act(school, teaching, services):
    """What Zane's page answers to one of its forms."""
    token = hidden(teaching, "_launch")

    def act(path, **form):
        return school.browser.post(f"/lti/app/{path}", data={"_launch": token, **form})

    return act
