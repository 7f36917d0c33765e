"""From adding the tool to checking a badge, as people do it in a browser that blocks third-party cookies."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from lti_tool.store.models import CredentialRow
from tests.browser.people import drop_file
from tests.fixtures import rows
from tests.running_demo import wait

BADGE = "Data literacy for decision makers"


def test_the_browser_blocks_third_party_cookies_but_partitioned_ones(people, demo):
    with people() as anybody:
        anybody.page.goto(demo.lms_url)
        anybody.page.evaluate(
            """async address => {
                 const frame = Object.assign(document.createElement("iframe"), {id: "tool", src: address});
                 document.body.append(frame);
                 await new Promise(done => frame.onload = done);
               }""",
            f"{demo.tool_url}/lti/launch",
        )
        body = anybody.frame.locator("body")
        stored = body.evaluate(
            """() => {
                 document.cookie = "third=1; SameSite=None; Secure";
                 document.cookie = "parted=1; SameSite=None; Secure; Partitioned";
                 return document.cookie;
               }"""
        )
        assert stored == "parted=1"


def test_from_adding_the_tool_to_checking_the_badge(people, demo):
    with people() as college:
        college.register_tool()

        pressed = college.note_presses()
        college.choose_badge(BADGE)
        college.take_screenshot("story-1-zane-chooses")
        college.frame.get_by_role("button", name="Place this badge").click()
        activity = college.save_activity()
        college.heading("Badges of this course")
        # From here on the badge is awarded without anybody. What is pressed in the platform itself is not of the tool.
        assert "Place this badge" in pressed and len(pressed) <= 6, pressed
        college.frame.get_by_role("button", name="Check now").click()
        expect(college.frame.get_by_role("status")).to_have_text(re.compile("Checked just now"))
        college.take_screenshot("story-2-zane-has-placed")

        college.switch_to("Anna")
        expect(college.page.get_by_text("Not available unless")).to_be_visible()
        college.give_grades()

        college.become("Anna")
        college.open_course()
        college.page.get_by_role("link", name=BADGE).click()
        download = college.frame.get_by_role("link", name="Download the badge (PNG)")
        expect(download).to_be_visible()
        college.heading(BADGE)
        college.take_screenshot("story-3-anna-has-it")
        with college.page.expect_download() as downloading:
            download.click()
        png = downloading.value.path().read_bytes()
        assert re.fullmatch(r"badge-[0-9a-f]{12}\.png", downloading.value.suggested_filename)
        assert png.startswith(b"\x89PNG")

        with college.context.expect_page() as opening:
            college.frame.get_by_role("link", name="Public page").click()
        public = opening.value
        expect(public.get_by_role("heading", level=1)).to_have_text("This badge is genuine and valid")
        assert public.url.startswith(f"{demo.tool_url}/badges/")
        college.take_screenshot("story-4-public-page", public)

        wait(lambda: len(rows(demo.tool, CredentialRow)) == 12)
        college.open_activity(activity, "Zane")
        expect(college.frame.get_by_role("button", name="12 have it")).to_be_visible()
        college.take_screenshot("story-5-zane-sees-who-has-it")

    with people() as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify")
        drop_file(darbs.page, "badge.png", png)
        expect(darbs.page.get_by_role("heading", level=1)).to_have_text("This badge is genuine and valid")
        answers = darbs.page.locator(".lights > li")
        assert [answer.split("\n")[0:2] for answer in answers.all_inner_texts()] == [
            ["Was it changed?", "Not changed"],
            ["Who issued it?", "Riga College"],
            ["Is it still valid?", "Valid"],
            ["Is it this person?", "Not checked"],
        ]
        expect(darbs.page.get_by_text("All 11 mandatory elements")).to_be_visible()
        darbs.take_screenshot("story-6-darbs-checks")
