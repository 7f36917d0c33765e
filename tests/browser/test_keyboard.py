"""The keyboard alone is enough, and shows where it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.people import tab_to


@pytest.fixture(scope="module")
def activity(running, wait):
    """A link that everybody can open: the teacher has to tick."""
    robot = Robot(running.lms_url)
    robot.register(running.registration_url)
    address = robot.place_badge("Data Literacy", "Data literacy", minimum_percent=None)
    robot.open_activity("Zane", address)
    wait(lambda: [rule for rule in rows(running.tool, AwardRule) if rule.checked_at])
    return address


def rows(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).all()


def test_zane_ticks_anna_and_anna_downloads_her_badge(people, running, activity, wait):
    with people() as zane:
        zane.open_activity(activity, "Zane")
        tab_to(zane, zane.frame.get_by_label("Anna Bērziņa"))
        zane.page.keyboard.press("Space")
        zane.photograph("keyboard-ticked")
        tab_to(zane, zane.frame.get_by_role("button", name="Confirm and award"))
        zane.page.keyboard.press("Enter")
        expect(zane.frame.get_by_role("status")).to_have_text("1 badge is being prepared.")
    wait(lambda: rows(running.tool, CredentialRow))
    with people() as anna:
        anna.open_activity(activity, "Anna")
        download = anna.frame.get_by_role("link", name="Download the badge (PNG)")
        expect(download).to_be_visible()
        tab_to(anna, download)
        with anna.page.expect_download() as downloading:
            anna.page.keyboard.press("Enter")
        assert downloading.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_badge_is_chosen_and_checked_by_keyboard(people, running, activity):
    with people() as zane:
        zane.become("Zane")
        zane.open_course()
        zane.page.get_by_role("link", name="select content").first.click()
        solar = zane.frame.get_by_label("Safe installation")
        expect(solar).to_be_visible()
        tab_to(zane, zane.frame.locator("[name=badge]").first)
        zane.page.keyboard.press("ArrowDown")
        expect(solar).to_be_checked()
        tab_to(zane, zane.frame.get_by_role("button", name="Place this badge"))
        zane.page.keyboard.press("Enter")
        expect(zane.page.get_by_role("heading", level=1)).to_have_text("New activity")
    with people() as darbs:
        darbs.page.goto(f"{running.tool_url}/verify")
        darbs.page.keyboard.press("Tab")
        expect(darbs.page.get_by_role("link", name="Skip to content")).to_be_focused()
        expect(darbs.page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
        darbs.page.keyboard.press("Enter")
        darbs.page.keyboard.press("Tab")
        expect(darbs.page.get_by_label("Badge file")).to_be_focused()
