"""A browser and a running demo for each file of this folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from lti_tool.commands.demo_server import RunningDemo
from tests.browser.people import Person
from tests.browser.server import run_demo
from tests.compiled_statements import compiled_statements_are_shared  # noqa: F401
from tests.made_once import (  # noqa: F401
    forms_are_compiled_once,
    pictures_are_drawn_once,
    private_keys_are_read_once,
)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """Started for one file at a time: meanwhile this thread has an event loop, which other tests must not see."""
    expect.set_options(timeout=30_000)  # milliseconds, for a machine that has much to do
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: Path, chromium_arguments: list[str], playwright: Any) -> Iterator[Browser]:
    """Each context of it is like a browser of its own, and blocks third-party cookies, as Chromium does by default."""
    browser = playwright.chromium.launch(executable_path=str(chromium), args=chromium_arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with run_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="module")
def screenshots() -> Path | None:
    """The folder for screenshots, which NOZIMITE_SCREENSHOTS names. They take as long as everything else."""
    configured = os.environ.get("NOZIMITE_SCREENSHOTS")
    if not configured:
        return None
    folder = Path(configured)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def people(browser: Browser, demo: RunningDemo, screenshots: Path | None) -> Iterator[Callable[..., Any]]:
    """A function that opens a browser for somebody; at the end no console may have an error or a warning."""
    opened: list[Person] = []

    @contextmanager
    def open_browser(**options: Any) -> Iterator[Person]:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Riga"} | options)
        opened.append(Person(context, demo, screenshots))
        yield opened[-1]
        context.close()

    yield open_browser
    assert [error for one in opened for error in one.console_errors] == []


@pytest.fixture
def open_cookieless_browser(
    chromium: Path, chromium_arguments: list[str], playwright: Any, tmp_path: Path, screenshots: Path | None
) -> Iterator[Callable[[RunningDemo], Person]]:
    """A function that opens a browser whose settings refuse every cookie of the tool."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    refused = {"exceptions": {"cookies": {"[*.]tool.localhost,*": {"setting": 2}}}}
    (profile / "Default" / "Preferences").write_text(
        json.dumps({"profile": {"cookie_controls_mode": 1, "content_settings": refused}}), encoding="utf-8"
    )
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=str(chromium), args=chromium_arguments, locale="en-GB"
    )
    opened: list[Person] = []

    def open_browser(demo: RunningDemo) -> Person:
        opened.append(Person(context, demo, screenshots))
        return opened[-1]

    yield open_browser
    context.close()
    assert [error for one in opened for error in one.console_errors] == []
