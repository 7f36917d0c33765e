"""Launches in a browser that refuses the tool's cookies: with the platform's storage, a question, or a new tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule
from tests.browser.page_checks import find_faults
from tests.browser.people import SETTLED, press_for_tab, press_until
from tests.browser.server import run_demo, without_script
from tests.fixtures import rows
from tests.running_demo import wait

BADGE = "Data literacy for decision makers"


def place_badge(demo) -> str:
    """The address of an activity with a badge that everybody may open."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return robot.place_badge("Data Literacy", "Data literacy", minimum_percent=None)


def place_checked_badge(demo) -> str:
    """The same, once the platform was asked who has completed: Anna's page shows the badge at once."""
    activity = place_badge(demo)
    Robot(demo.lms_url).open_activity("Anna", activity)
    wait(lambda: [rule for rule in rows(demo.tool, AwardRule) if rule.checked_at])
    return activity


@pytest.fixture(scope="module")
def canvas(tmp_path_factory):
    """A demo like Canvas, and the address of an activity with a badge that everybody may open."""
    with run_demo(tmp_path_factory.mktemp("canvas"), "canvas") as demo:
        yield demo, place_badge(demo)


def tool_cookie_names(person) -> list[str]:
    return [one["name"] for one in person.context.cookies() if "tool.localhost" in one["domain"]]


def test_the_platforms_storage_takes_the_place_of_the_cookie(open_cookieless_browser, canvas):
    demo, activity = canvas
    zane = open_cookieless_browser(demo)
    seen = []
    zane.context.on("request", lambda request: seen.append(request.url))
    zane.become("Zane")
    zane.page.goto(activity)
    zane.heading("Badges of this course")
    tool = zane.page.frame("tool")
    assert tool is not None and tool.url.endswith("/lti/storage-confirm")
    assert any("/lti/login" in url for url in seen)
    assert tool_cookie_names(zane) == []


def test_the_pages_that_ask_the_storage_work_without_scripts(open_cookieless_browser, canvas):
    """Usually their script leaves them at once; here it is empty, so that they stay."""
    demo, activity = canvas
    with without_script("storage.js"):
        zane = open_cookieless_browser(demo)
        found = []
        for language in ("en", "lv"):
            zane.become("Zane", language)
            zane.page.goto(activity)
            expect(zane.frame.locator("#storage a")).to_be_visible()
            found += find_faults(zane, f"storing-{language}")
            press_until(zane.frame.locator("#storage a"), zane.frame.locator("#storage button"))
            found += find_faults(zane, f"asking-storage-{language}")
            form = zane.frame.locator("form[action='/lti/confirm']")
            press_until(zane.frame.locator("#storage button"), form)
            found += find_faults(zane, f"confirming-teacher-{language}")
        assert found == []


def test_where_neither_works_the_person_confirms_who_they_are(open_cookieless_browser, tmp_path):
    with run_demo(tmp_path) as demo:
        activity = place_checked_badge(demo)
        anna = open_cookieless_browser(demo)
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Continue as Anna Bērziņa in Data Literacy Fundamentals?")
        anna.frame.get_by_role("button", name="Yes, continue as Anna Bērziņa").click()
        anna.heading(re.compile(BADGE))
        tool = anna.page.frame("tool")
        assert tool is not None and tool.url.endswith("/lti/confirm")
        assert tool_cookie_names(anna) == []

        anna.become("Anna", "lv")
        anna.page.goto(activity)
        expect(anna.frame.get_by_role("button", name="Anna Bērziņa")).to_be_visible()
        assert find_faults(anna, "confirming-lv") == []
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Continue as Anna Bērziņa in Data Literacy Fundamentals?")
        assert find_faults(anna, "confirming-en") == []
        confirm = anna.frame.get_by_role("button", name="Yes, continue as Anna Bērziņa")
        press_until(confirm, anna.frame.locator(SETTLED).filter(has_text=BADGE))
        anna.heading(re.compile(BADGE))

        anna.expects_http_errors = True
        tool = anna.page.frame("tool")
        assert tool is not None
        tool.evaluate("location.reload()")
        anna.heading("This link could not be opened")
        expect(anna.frame.get_by_text("was already used")).to_be_visible()


def test_the_tool_can_be_set_to_continue_in_a_new_tab(open_cookieless_browser, tmp_path):
    with run_demo(tmp_path, unbound_launch="new_tab") as demo:
        activity = place_checked_badge(demo)
        anna = open_cookieless_browser(demo)
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Your badges open in a new tab")
        found = find_faults(anna, "new-tab-en")
        tab = press_for_tab(anna, anna.frame.get_by_role("button", name="Open as Anna Bērziņa in a new tab"))
        expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile(BADGE))
        assert tab.url == f"{demo.tool_url}/lti/open"

        anna.become("Anna", "lv")
        anna.page.goto(activity)
        expect(anna.frame.get_by_role("button", name="Anna Bērziņa")).to_be_visible()
        assert found + find_faults(anna, "new-tab-lv") == []


def test_the_tool_can_be_set_to_refuse_such_a_browser(open_cookieless_browser, tmp_path):
    with run_demo(tmp_path, unbound_launch="deny") as demo:
        activity = place_badge(demo)
        anna = open_cookieless_browser(demo)
        anna.expects_http_errors = True
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("This link could not be opened")
        expect(anna.frame.get_by_text("Allow cookies for this site")).to_be_visible()
