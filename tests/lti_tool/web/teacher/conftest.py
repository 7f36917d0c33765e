"""The teacher's page: its actions, and the platform that it asks."""

import re

import pytest

from tests.fixtures import run_due_jobs
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


@pytest.fixture
def several(act, course_rule):
    """The answer to an act on several people."""

    def several(do, **form):
        page = act(f"rules/{course_rule}/people/bulk", do=do, roster=course_rule, **form)
        assert page.status_code == 200
        return page

    return several


@pytest.fixture
def settled(act, web_tool):
    """The page of an act once its work is done."""

    def settled(page):
        run_due_jobs(web_tool)
        (address,) = set(re.findall(r'action="/lti/app/(rules/\d+/acts/\d+)"', page.text))
        return act(address, **{name: hidden(page, name) for name in ("roster", "roster_find")})

    return settled


@pytest.fixture
def done(several):
    """The answer to the page that asks first."""

    def done(asked, **form):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
        fields = {name: value for name, value in fields.items() if name not in ("_launch", "roster")}
        return several(**(fields | form))

    return done
