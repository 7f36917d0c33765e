"""A browser and the whole product for each file of this folder; screenshots of what people see."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from lti_tool import showcase
from lti_tool.showcase import Showcase
from tests.browser.people import People
from tests.stage import settings_for


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """For one file only: while it runs, this thread has an event loop, which other tests may not want."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: Path, chromium_arguments: list[str], playwright: Any) -> Iterator[Browser]:
    """Each context of it is a browser of its own, and blocks third-party cookies, as Chromium's default has it."""
    browser = playwright.chromium.launch(executable_path=str(chromium), args=chromium_arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def manners() -> str:
    """As which LMS the demo LMS behaves."""
    return "moodle"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, manners: Any) -> Iterator[Showcase]:
    folder = tmp_path_factory.mktemp("showcase")
    tool_socket, lms_socket = showcase.listen(0), showcase.listen(0)
    settings = settings_for(
        f"sqlite:///{folder / 'nozimite.sqlite'}",
        folder,
        tool_url=f"http://tool.localhost:{tool_socket.getsockname()[1]}",
        poll_seconds=1,
        allow_private_addresses=True,
        log_format="console",
    )
    with showcase.running(settings, folder, tool_socket, lms_socket, manners) as standing:
        yield standing


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the pages go: to the folder NOZIMITE_SCREENSHOTS names, else to pytest's own."""
    named = os.environ.get("NOZIMITE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def people(browser: Browser, running: Showcase, screenshots: Path) -> Iterator[Callable[..., Any]]:
    """People at browsers of their own; at the end none of their pages may have complained in its console."""
    opened: list[People] = []

    @contextmanager
    def at_a_browser(**options: Any) -> Iterator[People]:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Riga"} | options)
        context.set_default_timeout(15_000)
        opened.append(People(context, running, screenshots))
        yield opened[-1]
        context.close()

    yield at_a_browser
    complaints = [complaint for one in opened for complaint in one.complaints]
    assert complaints == []
