"""Everything can be done with the keyboard alone, and the focus is visible."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.people import press_key_until, tab_to
from tests.fixtures import rows
from tests.running_demo import wait


@pytest.fixture(scope="module")
def activity(demo):
    """The address of a link that everybody can open, so that the teacher has to confirm."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    address = robot.place_badge("Data Literacy", "Data literacy", minimum_percent=None)
    robot.open_activity("Zane", address)
    wait(lambda: [rule for rule in rows(demo.tool, AwardRule) if rule.checked_at])
    return address


def test_zane_ticks_anna_and_anna_downloads_her_badge(people, demo, activity):
    with people() as zane:
        zane.open_activity(activity, "Zane")
        tab_to(zane, zane.frame.get_by_text("Neither: choose person by person"))
        zane.page.keyboard.press("Enter")
        tab_to(zane, zane.frame.get_by_label("Anna Bērziņa"))
        zane.page.keyboard.press("Space")
        zane.take_screenshot("keyboard-ticked")
        award = zane.frame.get_by_role("button", name="Confirm and award")
        tab_to(zane, award)
        press_key_until(award, "Enter", zane.frame.get_by_role("status").filter(has_text="prepared"))
        expect(zane.frame.get_by_role("status")).to_have_text("1 badge is being prepared.")
    wait(lambda: rows(demo.tool, CredentialRow))
    with people() as anna:
        anna.open_activity(activity, "Anna")
        download = anna.frame.get_by_role("link", name="Download the badge (PNG)")
        expect(download).to_be_visible()
        tab_to(anna, download)
        with anna.page.expect_download() as downloading:
            anna.page.keyboard.press("Enter")
        assert downloading.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_badge_is_chosen_and_checked_by_keyboard(people, demo, activity):
    with people() as zane:
        zane.become("Zane")
        zane.open_course()
        zane.page.get_by_role("link", name="select content").first.click()
        solar = zane.frame.get_by_label("Safe installation")
        expect(solar).to_be_visible()
        tab_to(zane, zane.frame.locator("[name=badge]").first)
        zane.page.keyboard.press("ArrowDown")
        expect(solar).to_be_checked()
        placing = zane.frame.get_by_role("button", name="Place this badge")
        tab_to(zane, placing)
        press_key_until(placing, "Enter", zane.page.get_by_role("heading", name="New activity", level=1))
        expect(zane.page.get_by_role("heading", level=1)).to_have_text("New activity")
    with people() as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify")
        darbs.page.keyboard.press("Tab")
        expect(darbs.page.get_by_role("link", name="Skip to content")).to_be_focused()
        expect(darbs.page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
        darbs.page.keyboard.press("Enter")
        darbs.page.keyboard.press("Tab")
        expect(darbs.page.get_by_label("Badge file")).to_be_focused()
