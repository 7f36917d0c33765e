"""What matters most is seen without scrolling, and in other ways of looking: enlarged, on paper, in forced colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from badges.bake import unbake
from lti_tool.demo.robot import Robot
from lti_tool.issuing.baking import bake_badge
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.page_checks import OVERFLOWING
from tests.browser.people import drop_file, press_for_tab, press_until
from tests.fixtures import rows
from tests.running_demo import wait

#: How far down the last line of each of these parts of the page ends, in pixels, once its font is there.
BOTTOMS = """
parts => document.fonts.ready.then(
  () => parts.map(part => document.querySelector(part).getBoundingClientRect().bottom)
)
"""


@pytest.fixture(scope="module")
def badge(demo):
    """The credential of Anna, and its picture."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    wait(lambda: rows(tool, CredentialRow))
    with tool.store.read() as session:
        row = session.query(CredentialRow).one()
        return activity, row.id, bake_badge(tool.issuer, row).png


@pytest.mark.parametrize("language", ["en", "lv"])
def test_who_earned_what_from_whom_is_seen_at_once(people, demo, badge, language):
    _activity, badge_id, png = badge
    with people(locale=language, viewport={"width": 360, "height": 640}) as darbs:
        darbs.page.goto(f"{demo.tool_url}/badges/{badge_id}")
        parts = [".verdict h1", ".cert img", ".cert .holder", ".cert .what", ".cert .from"]
        assert max(darbs.page.evaluate(BOTTOMS, parts)) <= 640
        darbs.page.goto(f"{demo.tool_url}/verify")
        drop_file(darbs.page, "badge.png", png)
        darbs.page.locator(".verdict.yes h1").wait_for()
        assert max(darbs.page.evaluate(BOTTOMS, parts)) <= 640
        darbs.page.goto(f"{demo.tool_url}/verify")
        forged = unbake(png).text.replace("Riga College", "Liepaja College")
        drop_file(darbs.page, "badge.json", forged.encode(), "application/json")
        darbs.page.locator(".verdict.no h1").wait_for()
        parts.remove(".cert img")
        assert max(darbs.page.evaluate(BOTTOMS, parts)) <= 640


def test_a_learners_own_badge_fits_the_first_580_pixels_of_a_frame(people, demo, badge):
    activity, _badge_id, _png = badge
    with people(viewport={"width": 390, "height": 900}) as anna:
        anna.open_activity(activity, "Anna")
        anna.frame.locator(".cert .holder").wait_for()
        parts = [".cert img", ".cert .holder", ".cert .what", ".cert .from", ".cert .button"]
        assert max(anna.page.frame("tool").evaluate(BOTTOMS, parts)) <= 580


@pytest.mark.parametrize("may_copy", [True, False])
def test_the_address_is_copied_or_selected_in_a_frame(people, demo, badge, may_copy):
    activity, _badge_id, _png = badge
    with people() as anna:
        anna.open_activity(activity, "Anna")
        make = anna.frame.locator("form[action$='/link'] button")
        make.wait_for(state="attached")
        anna.page.frame("tool").evaluate(
            "for (const each of document.querySelectorAll('details')) each.open = true"
        )
        make.click()
        button = anna.frame.get_by_role("button", name="Copy", exact=True).last
        expect(anna.frame.get_by_text("The link is made.")).to_be_visible()
        if not may_copy:
            anna.page.frame("tool").evaluate("() => { document.execCommand = () => false; }")
        said = "Address copied" if may_copy else "The address is selected."
        press_until(button, anna.frame.locator("#copied", has_text=said))
        selected = anna.page.frame("tool").evaluate("() => getSelection().toString()")
        assert selected.startswith(f"{demo.tool_url}/shared/")
        expect(button).to_be_visible()


def test_the_page_tells_the_platform_its_height_and_opens_in_a_tab_of_its_own(people, demo, badge):
    activity, _badge_id, _png = badge
    with people() as anna:
        anna.context.add_init_script(
            "window.heights = []; addEventListener('message', told => heights.push(told.data));"
        )
        anna.open_activity(activity, "Anna")
        anna.frame.locator(".cert .holder").wait_for()
        height = anna.page.frame("tool").evaluate(
            "document.fonts.ready.then(() => Math.ceil(document.querySelector('main').getBoundingClientRect().height))"
        )
        told = "height => heights.some(one => one.subject === 'lti.frameResize' && one.height === height)"
        anna.page.wait_for_function(told, arg=height)
        tab = press_for_tab(anna, anna.frame.get_by_role("button", name="Open in a new tab"))
        expect(tab.locator(".cert .holder")).to_have_text("Anna Bērziņa")
        expect(tab.get_by_role("button", name="Open in a new tab")).to_be_hidden()


def test_a_page_that_is_enlarged_four_times_is_no_wider_than_its_window(people, demo, badge):
    activity, badge_id, png = badge
    with people(viewport={"width": 320, "height": 256}) as anna:
        for path in (f"/badges/{badge_id}", "/", "/verify", "/nowhere", "/issuers/riga-college"):
            anna.expects_http_errors = path == "/nowhere"
            anna.page.goto(f"{demo.tool_url}{path}")
            assert anna.page.evaluate(OVERFLOWING) == [], path
        anna.page.goto(f"{demo.tool_url}/verify")
        drop_file(anna.page, "badge.png", png)
        anna.page.locator(".verdict.yes h1").wait_for()
        assert anna.page.evaluate(OVERFLOWING) == []
        anna.expects_http_errors = False
        anna.open_activity(activity, "Anna")
        anna.frame.locator(".cert .holder").wait_for()
        assert anna.page.frame("tool").evaluate(OVERFLOWING) == []


def test_a_badge_on_paper_is_dark_on_white_whatever_the_screen_is(people, demo, badge):
    with people(color_scheme="dark") as darbs:
        darbs.page.goto(f"{demo.tool_url}/badges/{badge[1]}")
        colours = "() => [document.documentElement, document.querySelector('.cert')].map(one => " + (
            "[getComputedStyle(one).backgroundColor, getComputedStyle(one).color])"
        )
        (dark, _), _cert = darbs.page.evaluate(colours)
        assert dark == "rgb(12, 23, 27)"
        darbs.page.emulate_media(media="print", color_scheme="dark")
        paper = ["rgb(255, 255, 255)", "rgb(20, 39, 46)"]
        assert darbs.page.evaluate(colours) == [paper, paper]
        expect(darbs.page.locator(".cert .holder")).to_be_visible()
        expect(darbs.page.get_by_role("navigation")).to_be_hidden()
        expect(darbs.page.locator("#keep")).to_be_hidden()
        expect(darbs.page.get_by_text(f"Check it at {demo.tool_url}/badges/{badge[1]}")).to_be_visible()
        darbs.take_screenshot("badge-on-paper")


def test_verdicts_differ_by_shape_where_colours_are_forced(people, demo, badge):
    with people(forced_colors="active") as darbs:
        darbs.page.goto(f"{demo.tool_url}/badges/{badge[1]}")
        shapes = darbs.page.locator(".light").evaluate_all(
            "all => all.map(one => { const {borderRadius, borderStyle, borderWidth} = getComputedStyle(one);"
            " return [borderRadius, borderStyle, borderWidth].join(' '); })"
        )
        assert shapes == ["50% solid 2px"] * 4 + ["50% dashed 2px"]
        darbs.take_screenshot("badge-forced-colours")
