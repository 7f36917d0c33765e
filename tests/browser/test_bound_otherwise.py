"""A browser that refuses the tool's cookies: the platform's storage, else a page that asks, else a new tab."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from tests.browser.page_checks import faults
from tests.browser.server import standing, withheld

BADGE = "Data literacy for decision makers"


def placed(running) -> str:
    robot = Robot(running.lms_url)
    robot.register(running.registration_url)
    return robot.place_badge("Data Literacy", "Data literacy", minimum_percent=None)


def cookies_of_the_tool(person) -> list[str]:
    return [one["name"] for one in person.context.cookies() if "tool.localhost" in one["domain"]]


def test_the_platforms_storage_stands_in_for_the_cookie(refusing, tmp_path):
    with standing(tmp_path, "canvas") as running:
        activity = placed(running)
        zane = refusing(running)
        seen = []
        zane.context.on("request", lambda request: seen.append(request.url))
        zane.become("Zane")
        zane.page.goto(activity)
        zane.heading("Badges of this course")
        tool = zane.page.frame("tool")
        assert tool is not None and tool.url.endswith("/lti/storage-confirm")
        assert any("/lti/login" in url for url in seen)
        assert cookies_of_the_tool(zane) == []


def test_the_pages_that_ask_the_storage_help_whoever_runs_no_scripts(refusing, tmp_path):
    """They pass in a blink; here their script is kept back, and they rest."""
    with standing(tmp_path, "canvas") as running, withheld("storage.js"):
        activity = placed(running)
        zane = refusing(running)
        found = []
        for language in ("en", "lv"):
            zane.become("Zane", language)
            zane.page.goto(activity)
            expect(zane.frame.locator("#storage a")).to_be_visible()
            found += faults(zane, f"storing-{language}")
            zane.frame.locator("#storage a").click()
            expect(zane.frame.locator("#storage button")).to_be_visible()
            found += faults(zane, f"asking-storage-{language}")
            zane.frame.locator("#storage button").click()
            expect(zane.frame.locator("form[action='/lti/confirm']")).to_be_visible()
            found += faults(zane, f"confirming-teacher-{language}")
        assert found == []


def test_where_neither_works_the_person_confirms_who_they_are(refusing, tmp_path):
    with standing(tmp_path) as running:
        activity = placed(running)
        anna = refusing(running)
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Continue as Anna Bērziņa in Data Literacy Fundamentals?")
        anna.frame.get_by_role("button", name="Yes, continue as Anna Bērziņa").click()
        anna.heading(re.compile(BADGE))
        tool = anna.page.frame("tool")
        assert tool is not None and tool.url.endswith("/lti/confirm")
        assert cookies_of_the_tool(anna) == []

        anna.become("Anna", "lv")
        anna.page.goto(activity)
        expect(anna.frame.get_by_role("button", name="Anna Bērziņa")).to_be_visible()
        assert faults(anna, "confirming-lv") == []
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Continue as Anna Bērziņa in Data Literacy Fundamentals?")
        assert faults(anna, "confirming-en") == []
        anna.frame.get_by_role("button", name="Yes, continue as Anna Bērziņa").click()
        anna.heading(re.compile(BADGE))

        anna.refusals_expected = True
        tool = anna.page.frame("tool")
        assert tool is not None
        tool.evaluate("location.reload()")
        anna.heading("This link could not be opened")
        expect(anna.frame.get_by_text("was already used")).to_be_visible()


def test_a_tool_may_be_set_to_go_on_in_a_new_tab(refusing, tmp_path):
    with standing(tmp_path, unbound_launch="new_tab") as running:
        activity = placed(running)
        anna = refusing(running)
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("Your badges open in a new tab")
        found = faults(anna, "new-tab-en")
        with anna.context.expect_page() as opening:
            anna.frame.get_by_role("button", name="Open as Anna Bērziņa in a new tab").click()
        tab = opening.value
        expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile(BADGE))
        assert tab.url == f"{running.tool_url}/lti/open"

        anna.become("Anna", "lv")
        anna.page.goto(activity)
        expect(anna.frame.get_by_role("button", name="Anna Bērziņa")).to_be_visible()
        assert found + faults(anna, "new-tab-lv") == []


def test_a_tool_may_be_set_to_turn_such_a_browser_away(refusing, tmp_path):
    with standing(tmp_path, unbound_launch="deny") as running:
        activity = placed(running)
        anna = refusing(running)
        anna.refusals_expected = True
        anna.become("Anna")
        anna.page.goto(activity)
        anna.heading("This link could not be opened")
        expect(anna.frame.get_by_text("Allow cookies for this site")).to_be_visible()
