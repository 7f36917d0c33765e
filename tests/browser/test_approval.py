"""Approval in a real browser: the mail's link, what the teacher sees meanwhile, and a badge that needs nobody."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import Approval
from tests.browser.page_checks import find_faults
from tests.browser.people import press_until
from tests.fixtures import rows
from tests.running_demo import wait

TITLES = {"en": "Reading charts", "lv": "Diagrammu lasīšana"}


@pytest.fixture(scope="module")
def robot(demo):
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return robot


def newest_link(demo) -> str:
    """The link in the newest mail to an approver, once it is written."""
    with demo.tool.store.read() as session:
        asked = session.query(Approval).filter(Approval.approver != "").order_by(Approval.id.desc()).first()
        approval_id = asked.id
    mail = Path(demo.tool.mail_folder) / f"approval-{approval_id}.mail_folder.eml"
    wait(mail.exists)
    text = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    return re.search(r"http://\S+/lti/approval\S+", text)[0]


def test_a_published_badge_is_placed_in_three_clicks_without_anybody(people, demo, robot):
    before = len(rows(demo.tool, Approval))
    with people() as zane:
        zane.become("Zane")
        zane.open_course()
        clicks = [
            zane.page.get_by_role("link", name="select content").first,
            zane.frame.get_by_label("Data literacy for decision makers"),
            zane.frame.get_by_role("button", name="Place this badge"),
        ]
        assert len(clicks) == 3
        for control in clicks:
            control.click()
        # The platform has the link; its own form asks only whether to save the activity.
        expect(zane.page.get_by_role("button", name="Save and display")).to_be_visible()
        expect(zane.page.locator("[name=title0]")).to_have_value(re.compile("Data literacy"))
    assert len(rows(demo.tool, Approval)) == before


@pytest.mark.parametrize("scripts", [True, False])
def test_an_approver_reads_what_will_be_signed_and_approves_it(people, demo, robot, scripts):
    robot.copy_badge("Data Literacy", TITLES)
    link = newest_link(demo)
    with people(java_script_enabled=scripts) as approver:
        page = approver.page
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Approve a badge")
        expect(page.get_by_role("heading", name="Reading charts")).to_be_visible()
        expect(page.get_by_text("Diagrammu lasīšana").first).to_be_visible()
        approved = page.get_by_role("heading", name="You have approved this badge")
        press_until(page.get_by_role("button", name="Approve and publish"), approved)


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_pages_of_an_approval_have_no_faults(people, demo, robot, language):
    robot.copy_badge("Data Literacy", TITLES)
    link = newest_link(demo)
    found = []
    with people() as zane:
        zane.become("Zane", language)
        zane.open_course()
        zane.page.get_by_role("link", name="select content").first.click()
        templates = zane.frame.locator("form[action='/lti/app/templates'] button")
        report = zane.frame.locator("form[action$='/report'] button").first
        press_until(templates, report)
        found += find_faults(zane, f"approval-list-{language}")
        waits = zane.frame.locator("#approval")
        press_until(
            zane.frame.locator("form[action$='/report']:near(form[action$='/withdraw']) button").first, waits
        )
        found += find_faults(zane, f"approval-waiting-{language}")
    with people() as approver:
        page = approver.page
        page.goto(f"{link}&lang={language}")
        found += find_faults(approver, f"approval-open-{language}")
        wrong = page.locator("#reason-wrong")
        press_until(page.locator("button[value=declined]"), wrong)
        found += find_faults(approver, f"approval-reason-{language}")
        page.locator("#reason").fill("Nosaukums sola pārāk daudz.")
        done = page.locator("[role=status] h2")
        press_until(page.locator("button[value=declined]"), done)
        found += find_faults(approver, f"approval-declined-{language}")
    assert found == []
