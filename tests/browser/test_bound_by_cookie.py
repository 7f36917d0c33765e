"""Launches in a browser that keeps the Partitioned cookie: no question is asked, and each page has its own launch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from tests.browser.people import mark_as_left, press_until


@pytest.fixture(scope="module")
def activities(demo):
    """The addresses of a badge in each of two courses, by their titles."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return {
        "Data Literacy Fundamentals": robot.place_badge("Data Literacy", "Data literacy"),
        "Saules paneļu sistēmu droša montāža": robot.place_badge("Saules", "solar"),
    }


def test_a_partitioned_cookie_of_the_login_leads_straight_to_the_page(people, activities):
    with people() as college:
        answers = []
        college.page.on("response", lambda answer: answers.append(answer))
        college.become("Zane")
        college.page.goto(activities["Data Literacy Fundamentals"])
        college.heading("Badges of this course")
        tool = college.page.frame("tool")
        assert tool is not None and tool.url.endswith("/lti/launch")
        # Read only now: to ask for a header inside the event would let the page run on before it is noted.
        cookies = [answer.header_value("set-cookie") for answer in answers if "/lti/" in answer.url]
        set_, deleted = [cookie for cookie in cookies if cookie]
        assert "Partitioned" in set_ and "SameSite=None" in set_ and "HttpOnly" in set_
        assert "Max-Age=0" in deleted
        assert [one["name"] for one in college.context.cookies() if one["name"].startswith("lti")] == []


def test_reloading_the_frame_says_that_each_opening_works_once(people, activities):
    with people() as college:
        college.become("Zane")
        college.page.goto(activities["Data Literacy Fundamentals"])
        college.heading("Badges of this course")
        college.expects_http_errors = True
        college.page.frame("tool").evaluate("location.reload()")
        college.heading("This link could not be opened")
        expect(college.frame.get_by_text("This page was loaded a second time.")).to_be_visible()
        expect(college.frame.get_by_text("Go back to your course and open the link again.")).to_be_visible()
        expect(
            college.frame.get_by_text(re.compile(r"Incident number: [0-9A-F]{4}(?:-[0-9A-F]{4}){2}"))
        ).to_be_visible()
        college.take_screenshot("reloaded")
        college.page.reload()
        college.heading("Badges of this course")


def test_two_tabs_keep_their_courses(people, activities):
    with people() as college:
        college.become("Zane")
        tabs = {college.context.new_page(): title for title in activities}
        for tab, title in tabs.items():
            tab.goto(activities[title], wait_until="commit")
        for _ in range(2):
            for tab, title in tabs.items():
                tab.bring_to_front()
                frame = tab.frame_locator("#tool")
                expect(frame.locator(".where > span")).to_have_text(title)
                mark_as_left(frame)
                checked = frame.locator("html:not([data-left]) [role=status]").get_by_text(
                    "Checked just now."
                )
                press_until(frame.get_by_role("button", name="Check now"), checked)
                expect(frame.get_by_role("status")).to_have_text("Checked just now.")
                expect(frame.locator(".where > span")).to_have_text(title)


def test_pages_of_another_course_cannot_be_reached(people, activities):
    """The token of one launch is sent to the rule of another course."""
    with people() as college:
        college.become("Zane")
        college.page.goto(activities["Data Literacy Fundamentals"])
        college.heading("Badges of this course")
        college.expects_http_errors = True
        answers = college.frame.locator("main").evaluate(
            """async () => {
                 const token = document.querySelector("[name=_launch]").value;
                 const own = document.querySelector("form[action$='/check']").action;
                 const number = Number(own.match(/rules\\/(\\d+)/)[1]);
                 return Promise.all([number, number === 1 ? 2 : 1, 77].map(async rule => {
                   const answer = await fetch(`/lti/app/rules/${rule}/check`,
                     {method: "POST", headers: {"X-LTI-Launch": token}});
                   return answer.status;
                 }));
               }"""
        )
        assert answers[0] == 200 and 404 in answers[1:]
