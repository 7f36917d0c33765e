"""A tool on a real database, with a course, its people and a published template."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.publishing import announced
from lti_tool.store.models import TemplateVersion
from lti_tool.wiring import Tool, build_tool
from tests import softhsm
from tests.compiled_statements import compiled_statements_are_shared  # noqa: F401
from tests.fixtures import Clock, FakePlatform, make_rule, publish, settings_for
from tests.made_once import (  # noqa: F401
    forms_are_compiled_once,
    pictures_are_drawn_once,
    private_keys_are_read_once,
)

# The first start of a tool, with its tables and keys, takes longer than most tests, and so does a template that is
# published. Each is done once a session, and a test gets a copy of that database: with the template where it asks for
# the fixture `published`, else without.


@pytest.fixture(scope="session")
def started_sqlite(tmp_path_factory):
    """The file of a database on which a tool with the settings of `settings_for` was started."""
    folder = tmp_path_factory.mktemp("started")
    start(f"sqlite:///{folder / 'nozimite.sqlite'}", folder)
    return folder / "nozimite.sqlite"


@pytest.fixture(scope="session")
def published_sqlite(started_sqlite, tmp_path_factory):
    """A copy of that file, in which a template is published."""
    file = Path(shutil.copy(started_sqlite, tmp_path_factory.mktemp("published")))
    start(f"sqlite:///{file}", file.parent, then=publish)
    return file


@pytest.fixture(scope="session")
def started_postgres(new_postgres_database, tmp_path_factory):
    """The name of the same database on PostgreSQL."""
    with new_postgres_database() as (name, url):
        start(url, tmp_path_factory.mktemp("started"))
        yield name


@pytest.fixture(scope="session")
def published_postgres(new_postgres_database, started_postgres, tmp_path_factory):
    """The name of a copy of that database, in which a template is published."""
    with new_postgres_database(started_postgres) as (name, url):
        start(url, tmp_path_factory.mktemp("published"), then=publish)
        yield name


def start(url: str, folder, then=lambda tool: None) -> None:
    tool = build_tool(settings_for(url, folder), Clock())
    then(tool)
    tool.store.close()


def with_template_if_asked(request, database: str):
    """The copy of that database, `sqlite` or `postgres`, from which the one of the test is made."""
    state = "published" if "published_from_the_start" in request.fixturenames else "started"
    return request.getfixturevalue(f"{state}_{database}")


@pytest.fixture
def published_from_the_start():
    """Asked for by `published`: a file that has a fixture of that name of its own has no template to begin with."""


@pytest.fixture(autouse=True)
def nothing_is_kept_of_the_test_before():
    """Issuer and template have the same ids in each test, so what is kept by them would be that of another test."""
    announced._KEPT.clear()


@pytest.fixture
def sqlite_url(request, tmp_path):
    """A database on which a tool with the settings of `settings_for` was started."""
    file = with_template_if_asked(request, "sqlite")
    return f"sqlite:///{shutil.copy(file, tmp_path / 'nozimite.sqlite')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request):
    """A database on which a tool with the settings of `settings_for` was started."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    new_database = request.getfixturevalue("new_postgres_database")
    with new_database(with_template_if_asked(request, "postgres")) as (_, url):
        yield url


@pytest.fixture
def empty_sqlite_url(tmp_path):
    """A database without any table."""
    return f"sqlite:///{tmp_path / 'nozimite.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_empty_database_url(request):
    """A database without any table."""
    names = {"sqlite": "empty_sqlite_url", "postgresql": "postgres_url"}
    return request.getfixturevalue(names[request.param])


@pytest.fixture(scope="session")
def device(tmp_path_factory):
    """The driver of a SoftHSM with an empty token of its own."""
    if shutil.which("softhsm2-util") is None:
        pytest.skip("Debian's softhsm2 is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = softhsm.write_configuration(folder / "softhsm2.conf", folder / "tokens")
    softhsm.make_token(configuration)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(softhsm.CONFIGURATION, str(configuration))
        yield str(softhsm.driver())


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
def tool_on_postgres(request, new_postgres_database, tmp_path, clock) -> Tool:
    with new_postgres_database(with_template_if_asked(request, "postgres")) as (_, url):
        tool = build_tool(settings_for(url, tmp_path), clock)
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
def published(published_from_the_start, tool) -> str:
    """The id of a published template, which is in the database from its beginning."""
    with tool.store.read() as session:
        already = session.scalars(select(TemplateVersion.template_id)).all()
    return already[0] if already else publish(tool)


@pytest.fixture
def rule_id(tool, published) -> int:
    """The id of the rule, and of its course."""
    return make_rule(tool, published)


@pytest.fixture
def course_id(rule_id) -> int:
    """The id of the course of the only rule."""
    return rule_id
