"""A browser and the whole product for each file of this folder; screenshots of what people see."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from lti_tool.commands.demo_server import RunningDemo
from tests.browser.people import People
from tests.browser.server import standing


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """For one file only: while it runs, this thread has an event loop, which other tests may not want."""
    expect.set_options(timeout=30_000)  # milliseconds, for a machine that has much to do
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: Path, chromium_arguments: list[str], playwright: Any) -> Iterator[Browser]:
    """Each context of it is a browser of its own, and blocks third-party cookies, as Chromium's default has it."""
    browser = playwright.chromium.launch(executable_path=str(chromium), args=chromium_arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with standing(tmp_path_factory.mktemp("showcase")) as found:
        yield found


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the pages go: to the folder NOZIMITE_SCREENSHOTS names, else to pytest's own."""
    named = os.environ.get("NOZIMITE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def people(browser: Browser, running: RunningDemo, screenshots: Path) -> Iterator[Callable[..., Any]]:
    """People at browsers of their own; at the end none of their pages may have complained in its console."""
    opened: list[People] = []

    @contextmanager
    def at_a_browser(**options: Any) -> Iterator[People]:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Riga"} | options)
        opened.append(People(context, running, screenshots))
        yield opened[-1]
        context.close()

    yield at_a_browser
    assert [complaint for one in opened for complaint in one.complaints] == []


@pytest.fixture
def refusing(
    chromium: Path, chromium_arguments: list[str], playwright: Any, tmp_path: Path, screenshots: Path
) -> Iterator[Callable[[RunningDemo], People]]:
    """Somebody whose browser refuses every cookie of the tool, as its settings can say."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    refused = {"exceptions": {"cookies": {"[*.]tool.localhost,*": {"setting": 2}}}}
    (profile / "Default" / "Preferences").write_text(
        json.dumps({"profile": {"cookie_controls_mode": 1, "content_settings": refused}}), encoding="utf-8"
    )
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=str(chromium), args=chromium_arguments, locale="en-GB"
    )
    opened: list[People] = []

    def sits_at(running: RunningDemo) -> People:
        opened.append(People(context, running, screenshots))
        return opened[-1]

    yield sits_at
    context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []


@pytest.fixture(scope="session")
def wait() -> Callable[[Callable[[], Any]], Any]:
    """A function that waits until a condition holds, and gives what it gave."""

    def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.1)
        return found

    return until
