"""The pages on which a teacher lets the tool read a course in Canvas, in both languages, on desktop and phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lti_tool.demo import canvas_oauth
from lti_tool.demo.robot import Robot
from lti_tool.platforms import source_access
from lti_tool.store.models import LaunchSession, LookRow
from tests.browser.page_checks import LANGUAGES, find_faults
from tests.browser.people import press_for_tab, press_until
from tests.browser.server import run_demo
from tests.browser.test_pages import database_session, open_page, press_check, token_of
from tests.fixtures import rows
from tests.running_demo import wait

SOURCES = "/lti/app/course/sources"
ASK = "form[action$='/canvas_rest/consent'] button"
WITHDRAW = "form[action$='/canvas_rest/withdraw'] button"
CANVAS_ASKS = "**/login/oauth2/auth*"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo of Canvas that is asked only when a test makes it."""
    with run_demo(tmp_path_factory.mktemp("demo"), product="canvas", poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def robot(demo):
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return robot


@pytest.fixture(scope="module")
def activity(robot):
    """A badge for completing the course."""
    by_completion = {"condition": "course_completed"}
    return robot.place_badge("Data Literacy", minimum_percent=None, more_fields=by_completion)


def ask(person, activity, language):
    """The tab with Canvas's question, from a page that Zane has opened anew."""
    person.page.bring_to_front()
    person.open_activity(activity, "Zane", language)
    open_page(person, token_of(person), SOURCES)
    tab = press_for_tab(person, person.frame.locator(ASK))
    expect(tab.locator("form#authorize")).to_be_visible()
    return tab


def answer(tab, answer):
    """The tab after the answer, which is the tool's again."""
    press_until(tab.locator(f"form#authorize button[value={answer}]"), tab.locator("main#main .notice h1"))
    return tab


def outcomes(tool):
    return [row.outcome for row in rows(tool, LookRow) if row.source == "canvas_rest"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_letting_the_tool_read_a_course(people, demo, robot, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        token = token_of(zane)
        open_page(zane, token, SOURCES)
        expect(zane.frame.locator(ASK)).to_be_visible()
        found = find_faults(zane, f"canvas-sources-{language}")

        # A server that has nothing to show leaves the tab where it is.
        zane.context.route(CANVAS_ASKS, lambda route: route.fulfill(status=204))
        tab = press_for_tab(zane, zane.frame.locator(ASK))
        expect(tab.locator("a.button")).to_be_visible()
        found += find_faults(zane, f"canvas-consent-before-{language}", tab)
        zane.context.unroute(CANVAS_ASKS)
        press_until(tab.locator("a.button"), tab.locator("form#authorize"))
        expect(answer(tab, "cancel").locator("html")).to_have_attribute("lang", language)
        found += find_faults(zane, f"canvas-consent-declined-{language}", tab)
        zane.expects_http_errors = True
        tab.reload()
        found += find_faults(zane, f"canvas-consent-again-{language}", tab)
        tab.close()

        tab = ask(zane, activity, language)
        state = tab.locator("form#authorize [name=state]").input_value()
        tab.goto(f"{demo.tool_url}/lti/consent?state={state}&error=invalid_scope")
        found += find_faults(zane, f"canvas-consent-refused-{language}", tab)
        tab.close()

        tab = ask(zane, activity, language)
        zane.become("Ieva", language)
        found += find_faults(zane, f"canvas-consent-failed-{language}", answer(tab, "allow"))
        tab.close()

        tab = answer(ask(zane, activity, language), "allow")
        expect(tab.locator(".notice.yes")).to_be_visible()
        found += find_faults(zane, f"canvas-consent-given-{language}", tab)
        tab.close()
        wait(lambda: "answered" in outcomes(demo.tool))
        token = token_of(zane)
        open_page(zane, token, SOURCES)
        expect(zane.frame.locator(WITHDRAW)).to_be_visible()
        found += find_faults(zane, f"canvas-sources-given-{language}")
        with database_session(demo) as session:
            set_authors(session, may_write=False)
        open_page(zane, token, SOURCES)
        expect(zane.frame.locator("section").first).to_be_visible()
        assert not zane.frame.locator(f"{WITHDRAW}, {ASK}").count()
        found += find_faults(zane, f"canvas-sources-assistant-{language}")
        with database_session(demo) as session:
            set_authors(session, may_write=True)

        for grant in list(demo.lms.campus.grants.values()):
            canvas_oauth.withdraw(demo.lms, grant)
        failed_before = outcomes(demo.tool).count("failed")
        press_check(robot, activity)
        wait(lambda: outcomes(demo.tool).count("failed") > failed_before)
        open_page(zane, token, SOURCES)
        expect(zane.frame.locator(f".tag.no ~ *, {ASK}").first).to_be_visible()
        found += find_faults(zane, f"canvas-sources-lost-{language}")
        press_until(zane.frame.locator(WITHDRAW), zane.frame.locator("[role=status] .notice"))
        expect(zane.frame.locator(WITHDRAW)).to_have_count(0)
        found += find_faults(zane, f"canvas-sources-withdrawn-{language}")
        assert found == []


def set_authors(session, *, may_write):
    for one in session.query(LaunchSession).filter_by(is_teacher=True):
        one.may_write_templates = may_write


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_has_set_up_in_canvas(people, demo, activity, language):
    """The last test of this file: what an operator has given is taken away."""
    with database_session(demo) as session:
        for name in ("canvas_rest", "canvas_live_events"):
            source_access.take_away(session, 1, name, demo.tool.clock())
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        open_page(zane, token_of(zane), SOURCES)
        expect(zane.frame.locator("section").first).to_contain_text(re.compile("Canvas"))
        assert not zane.frame.locator(ASK).count()
        assert find_faults(zane, f"canvas-sources-not-set-up-{language}") == []
