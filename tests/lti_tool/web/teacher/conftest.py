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


@pytest.fixture
def people(act, course_rule):
    """The page of everybody, as a form of it asks for it."""

    def people(**form):
        page = act(f"rules/{course_rule}/people", **{f"roster_{name}": value for name, value in form.items()})
        assert page.status_code == 200
        return page

    return people
