"""A browser without JavaScript reaches everything too, with a few more buttons."""

from __future__ import annotations

from playwright.sync_api import expect

from lti_tool.awarding import looks
from lti_tool.demo.robot import Robot
from lti_tool.platforms import invitations
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.people import continue_until
from tests.fixtures import rows
from tests.running_demo import wait

BADGE = "Data literacy for decision makers"


def test_from_placing_the_badge_to_checking_it(people, demo):
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    with people(java_script_enabled=False) as college:
        college.become("Zane")
        college.open_course()
        college.page.get_by_role("link", name="select content").first.click()
        continue_until(college)
        college.frame.get_by_label(BADGE).check()
        college.frame.get_by_role("button", name="Place this badge").click()
        college.frame.get_by_role("button", name="Back to my course").click()
        continue_until(college, until="a")
        college.frame.get_by_role("link", name="Continue to the activity").click()
        activity = college.save_activity()
        continue_until(college)
        college.heading("Badges of this course")
        college.frame.get_by_role("button", name="Check now").click()
        expect(college.frame.get_by_role("status")).to_have_text("Checked just now.")

        robot.give_grades("Data Literacy", complete=1)
        (rule,) = rows(tool, AwardRule)
        assert looks.look(tool.store, tool.connect, rule.id, tool.clock()) is None
        wait(lambda: rows(tool, CredentialRow))
        college.become("Anna")
        college.page.goto(activity)
        continue_until(college)
        college.heading(BADGE)
        expect(college.frame.get_by_role("button", name="Copy the address")).to_be_hidden()
        college.take_screenshot("without-scripts")
        with college.page.expect_download() as downloading:
            college.frame.get_by_role("link", name="Download the badge (PNG)").click()
        png = downloading.value.path()

        college.page.goto(f"{demo.tool_url}/verify")
        expect(college.page.get_by_text("You can also drop the file")).to_be_hidden()
        college.page.get_by_label("Badge file").set_input_files(
            {"name": "badge.png", "mimeType": "image/png", "buffer": png.read_bytes()}
        )
        college.page.get_by_role("button", name="Check the badge").click()
        expect(college.page.get_by_role("heading", level=1)).to_have_text("This badge is genuine and valid")


def test_a_badge_may_be_pasted_as_text(people, demo):
    with people(java_script_enabled=False) as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify")
        darbs.page.get_by_text("Or paste the badge as text, or its web address").click()
        darbs.page.get_by_label("JSON, JWT, SD-JWT, or web addresses").fill("eyJ not a badge")
        darbs.page.get_by_role("button", name="Check the badge").click()
        expect(darbs.page.get_by_role("heading", level=1)).to_have_text("There is no badge in this file")


def test_a_registration_needs_no_scripts(people, demo):
    with demo.tool.store.begin() as session:
        code = invitations.invite(session, demo.tool.clock())
    with people(java_script_enabled=False) as ieva:
        ieva.become("Ieva")
        ieva.open_lms()
        ieva.page.get_by_role("link", name="Site administration").first.click()
        address = f"{demo.tool_url}/lti/register?code={code}"
        ieva.page.get_by_label("Add a tool by its registration URL").fill(address)
        ieva.page.get_by_role("button", name="Add LTI Advantage").click()
        ieva.frame.get_by_role("button", name="Register").click()
        ieva.heading("Nozimite is registered")
        expect(ieva.frame.get_by_text("Close this window.")).to_be_visible()
        expect(ieva.frame.get_by_role("button", name="Finish and close")).to_be_hidden()
