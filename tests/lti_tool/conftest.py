"""A tool on a real database, with a course, its people and a published template."""

from __future__ import annotations

import pytest

from lti_tool.wiring import Tool, build_tool
from tests.fixtures import Clock, FakePlatform, make_rule, publish, settings_for


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'nozimite.sqlite'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'nozimite.sqlite'}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tool(sqlite_url, tmp_path, clock) -> Tool:
    tool = build_tool(settings_for(sqlite_url, tmp_path), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def tool_on_any_database(any_database_url, tmp_path, clock) -> Tool:
    tool = build_tool(settings_for(any_database_url, tmp_path), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def tool_that_suspends(any_database_url, tmp_path, clock) -> Tool:
    """A tool whose badges can be suspended."""
    tool = build_tool(settings_for(any_database_url, tmp_path, status_purpose="suspension"), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def published(tool) -> str:
    """The id of a published template."""
    return publish(tool)


@pytest.fixture
def rule_id(tool, published) -> int:
    """The id of the rule, and of its course."""
    return make_rule(tool, published)


@pytest.fixture
def course_id(rule_id) -> int:
    """The id of the course of the only rule."""
    return rule_id
