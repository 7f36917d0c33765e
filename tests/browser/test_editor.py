"""The editor in a real browser: by mouse, by keyboard alone, without scripts, on a telephone, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from lti_tool.demo.robot import Robot
from lti_tool.people import operator_sessions
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from tests.badges.test_pictures import picture_file
from tests.browser import page_checks
from tests.browser.page_checks import find_faults
from tests.browser.people import continue_until, press_for_tab, press_key_until, press_until, tab_to
from tests.fixtures import approve_waiting


@pytest.fixture(scope="module")
def registered(demo):
    Robot(demo.lms_url).register(demo.registration_url)


def newest(tool) -> TemplateVersion:
    with tool.store.read() as session:
        return session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()


def open_badge_list(zane, language="en"):
    zane.become("Zane", language)
    zane.open_course()
    zane.page.get_by_role("link", name="select content").first.click()


def begin_badge(zane, language="en"):
    """A new badge, open at what is missing in it."""
    open_badge_list(zane, language)
    zane.frame.locator("form[action='/lti/app/templates/new'] button").click()
    expect(control(zane, f"/criteria/{language}")).to_be_visible()


def control(person, name: str) -> Locator:
    """The control for the field of the template at this JSON pointer."""
    return person.frame.locator(f'[name="{name}"]').first


def to_step(person, code: str) -> None:
    """Presses the button that leads to the step, and waits for the step."""
    there = ".report h2" if code == "report" else f'[name=go][value="{code}"][aria-current]'
    button = person.frame.locator(f':is(.step-list, .actions) [name=go][value="{code}"]')
    press_until(button.first, person.frame.locator(there).first)


def expect_saved(person) -> None:
    """What was typed is saved: until then the page does not say so."""
    expect(person.frame.locator("#said")).to_have_text("Saved.")


def expect_found(person, words: str) -> Locator:
    """The entries that a search in a vocabulary has found, all of which have these words."""
    entries = person.frame.locator("[data-found] label")
    expect(entries.first).to_contain_text(re.compile(words, re.IGNORECASE))
    return entries


def test_a_new_badge_is_written_published_and_placed(people, demo, registered):
    with people() as zane:
        begin_badge(zane)
        expect(control(zane, "/name/en")).to_have_value("Data Literacy Fundamentals")
        control(zane, "/name/en").fill("Reading charts")
        control(zane, "/description/en").fill("For everybody who has to read charts.")
        expect_saved(zane)
        zane.heading("Reading charts")
        control(zane, "/learning_outcomes/0/text/en").fill("Reads a chart and says what it hides.")
        control(zane, "/learning_outcomes/0/esco?").fill("data")
        expect_found(zane, "data").first.click()
        # Another search does not take away what was chosen.
        control(zane, "/learning_outcomes/0/esco?").fill("statist")
        expect_found(zane, "statist")
        expect(zane.frame.locator(".search > label")).to_have_count(1)
        control(zane, "/workload_hours").fill("40")
        control(zane, "/level").select_option("4")
        expect_saved(zane)
        expect(zane.frame.get_by_text("9 of 11 EU elements")).to_be_visible()
        zane.take_screenshot("editor-missing")
        # A press on what is missing leads to its field.
        zane.frame.locator("#beside").get_by_role("button", name="Form of participation").click()
        zane.frame.get_by_label("Online", exact=True).check()
        control(zane, "/assessments/0/type").select_option("markedAssignment")
        control(zane, "/criteria/en").fill("A marked assignment.")
        expect_saved(zane)
        expect(zane.frame.get_by_text("11 of 11 EU elements")).to_be_visible()
        zane.frame.locator("#beside").get_by_role("button", name="Check and publish").click()
        zane.frame.get_by_role("button", name="Check what will be signed").click()
        zane.frame.get_by_role("button", name="Publish", exact=True).click()
        expect(zane.frame.get_by_role("status")).to_contain_text("Waiting for approval")
        approve_waiting(demo.tool)
        published = newest(demo.tool)
        assert (published.status, published.name) == ("published", "Reading charts")
        assert published.body["learning_outcomes"][0]["esco"][0]["label"]["lv"]
        zane.frame.get_by_role("button", name="All templates of this course").click()
        zane.frame.locator("section", has_text="Reading charts").get_by_role(
            "button", name="Quality report"
        ).first.click()
        zane.frame.get_by_role("button", name="Place it in the course").click()
        expect(zane.frame.get_by_label("Reading charts")).to_be_checked()
        zane.frame.get_by_role("button", name="Place this badge").click()
        zane.save_activity()
        zane.heading("Badges of this course")


def test_a_badge_is_written_in_a_tab_of_its_own_and_placed_where_it_was_begun(people, demo, registered):
    """As on a phone, and in the small frame in which Moodle shows the choice."""
    with people(viewport={"width": 360, "height": 640}) as zane:
        begin_badge(zane)
        control(zane, "/name/en").fill("Written with more room")
        expect_saved(zane)
        tab = press_for_tab(zane, zane.frame.get_by_role("button", name="Open in a new tab"))
        here = tab.locator
        expect(here('[name="/name/en"]')).to_have_value("Written with more room")
        expect(tab.get_by_role("button", name="Open in a new tab")).to_be_hidden()
        here('[name="/description/en"]').fill("For everybody who needs room to write.")
        here('[name="/learning_outcomes/0/text/en"]').fill("Writes where there is room.")
        here('[name="/workload_hours"]').fill("26")
        here('[name="/level"]').select_option("not-applicable")
        here('[name="/criteria/en"]').fill("A text of two pages.")
        here('[name="/assessments/0/type"]').select_option("markedAssignment")
        tab.get_by_label("Online", exact=True).check()
        press_until(here(".actions [name=go][value=missing]"), here(".report").first)
        tab.get_by_role("button", name="Check what will be signed").click()
        tab.get_by_role("button", name="Publish", exact=True).click()
        expect(tab.get_by_role("status")).to_contain_text("Waiting for approval")
        approve_waiting(demo.tool)
        tab.close()
        zane.frame.get_by_role("button", name="All templates of this course").click()
        zane.frame.get_by_role("button", name="Back to choosing a badge").click()
        zane.frame.get_by_label("Written with more room").check()
        zane.frame.get_by_role("button", name="Place this badge").click()
        zane.save_activity()
        zane.heading("Badges of this course")


def test_mistakes_are_marked_while_typing_and_stay_typed(people, demo, registered):
    with people() as zane:
        begin_badge(zane)
        to_step(zane, "learning")
        hours = control(zane, "/workload_hours")
        hours.fill("-40")
        expect(zane.frame.locator("#said")).to_have_text("Saved, except the marked fields.")
        expect(zane.frame.get_by_text("Enter a number greater than 0")).to_be_visible()
        expect(hours).to_have_attribute("aria-invalid", "true")
        expect(hours).to_be_focused()
        zane.take_screenshot("editor-wrong")
        hours.fill("40")
        expect_saved(zane)
        expect(zane.frame.get_by_text("Enter a number greater than 0")).to_be_hidden()
        assert newest(demo.tool).body["workload_hours"] == "40"


def test_the_keyboard_alone_writes_and_publishes_a_badge(people, demo, registered):
    with people() as zane:
        open_badge_list(zane)

        def press(what: Locator, *keys: str) -> None:
            expect(what).to_be_visible()
            tab_to(zane, what)
            for key in keys:
                zane.page.keyboard.press(key)

        def press_until_there(button: Locator, there: Locator) -> None:
            expect(button).to_be_visible()
            tab_to(zane, button)
            press_key_until(button, "Enter", there)

        def type_(name: str, words: str) -> None:
            press(control(zane, name))
            zane.page.keyboard.press("Control+A")
            zane.page.keyboard.type(words)

        beside = zane.frame.locator("#beside")
        press_until_there(
            zane.frame.get_by_role("button", name="Create a new badge"), control(zane, "/name/en")
        )
        type_("/name/en", "By keyboard")
        type_("/description/en", "Written by somebody who has no mouse.")
        type_("/learning_outcomes/0/text/en", "Needs no mouse.")
        type_("/learning_outcomes/0/esco?", "data")
        expect_found(zane, "data")
        press(zane.frame.locator("[data-found] input").first, "Space")
        type_("/workload_hours", "26")
        press(control(zane, "/level"), "ArrowDown")  # to "no level applies"
        expect_saved(zane)
        # The field has the focus after the jump.
        assessment = zane.frame.locator('[name="/assessments/0/type"]:focus')
        press_until_there(beside.get_by_role("button", name="Type of assessment"), assessment)
        zane.page.keyboard.press("ArrowDown")
        press(zane.frame.get_by_label("Online", exact=True), "Space")
        criteria = zane.frame.locator('[name="/criteria/en"]:focus')
        press_until_there(beside.get_by_role("button", name="What learners have to do"), criteria)
        zane.page.keyboard.type("Finds every key.")
        expect_saved(zane)
        expect(zane.frame.get_by_text("11 of 11 EU elements")).to_be_visible()
        zane.take_screenshot("editor-keyboard")
        check = zane.frame.get_by_role("button", name="Check what will be signed")
        publish = zane.frame.get_by_role("button", name="Publish", exact=True)
        press_until_there(beside.get_by_role("button", name="Check and publish"), check)
        press_until_there(check, publish)
        press_until_there(publish, zane.frame.get_by_role("status").filter(has_text="Waiting for approval"))
        approve_waiting(demo.tool)
        published = newest(demo.tool)
        assert (published.status, published.name) == ("published", "By keyboard")
        assert published.body["level"] == "not-applicable"


def test_without_scripts_each_step_is_a_form_with_a_button(people, demo, registered):
    with people(java_script_enabled=False) as zane:
        open_badge_list(zane)
        continue_until(zane)
        zane.frame.get_by_role("button", name="Create a new badge").click()
        control(zane, "/name/en").fill("Without scripts")
        control(zane, "/description/en").fill("Written where no script runs.")
        control(zane, "/learning_outcomes/0/text/en").fill("Presses buttons.")
        zane.frame.get_by_role("button", name="Add another outcome").click()
        control(zane, "/learning_outcomes/1/text/en").fill("Presses more of them.")
        control(zane, "/learning_outcomes/0/esco?").fill("data")
        zane.frame.get_by_role("button", name="Search").first.click()
        zane.frame.locator("[data-found] input").first.check()
        control(zane, "/workload_hours").fill("40")
        control(zane, "/level").select_option("not-applicable")
        # What is not answered yet is asked once more.
        zane.frame.get_by_role("button", name="Save and continue").click()
        expect(control(zane, "/workload_hours")).to_have_count(0)
        control(zane, "/criteria/en").fill("Every button is pressed.")
        control(zane, "/assessments/0/type").select_option("markedAssignment")
        zane.frame.get_by_label("Online", exact=True).check()
        to_step(zane, "more")
        zane.frame.get_by_label("PNG, JPEG or SVG").set_input_files(
            {"name": "own.png", "mimeType": "image/png", "buffer": picture_file()}
        )
        zane.frame.get_by_role("button", name="Use this picture").click()
        expect(zane.frame.get_by_role("button", name="Use the automatic picture again")).to_be_visible()
        zane.frame.locator("#beside").get_by_role("button", name="Check and publish").click()
        zane.frame.get_by_role("button", name="Check what will be signed").click()
        zane.frame.get_by_role("button", name="Publish", exact=True).click()
        expect(zane.frame.get_by_role("status")).to_contain_text("Waiting for approval")
        approve_waiting(demo.tool)
        published = newest(demo.tool)
        assert (published.status, published.name, published.own_picture) == (
            "published",
            "Without scripts",
            True,
        )
        assert len(published.body["learning_outcomes"]) == 2
        assert published.body["learning_outcomes"][0]["esco"]


@pytest.mark.parametrize("language", ["en", "lv"])
def test_pages_of_the_editor_have_no_faults(people, demo, registered, language, monkeypatch):
    monkeypatch.setattr(page_checks, "WIDTHS", {"desktop": 1280, "phone": 320})
    found = []
    with people() as zane:
        begin_badge(zane, language)
        found += find_faults(zane, f"editor-missing-{language}")
        to_step(zane, "badge")
        found += find_faults(zane, f"editor-badge-{language}")
        to_step(zane, "learning")
        control(zane, "/workload_hours").fill("-3")
        control(zane, f"/learning_outcomes/0/text/{language}").fill("<b>x</b>")
        control(zane, "/learning_outcomes/0/esco?").fill("da")
        expect(zane.frame.locator("[data-found] label").first).to_be_visible()
        expect(zane.frame.locator(".wrong:visible")).to_have_count(2)
        found += find_faults(zane, f"editor-learning-{language}")
        control(zane, "/workload_hours").fill("30")
        control(zane, f"/learning_outcomes/0/text/{language}").fill("x")
        zane.frame.get_by_role(
            "button", name=re.compile("Add another outcome|Pievienot vēl vienu rezultātu")
        ).click()
        to_step(zane, "assessment")
        expect(control(zane, "/assessments/0/type")).to_be_visible()
        found += find_faults(zane, f"editor-assessment-{language}")
        to_step(zane, "more")
        expect(control(zane, "/colours")).to_be_visible()
        found += find_faults(zane, f"editor-more-{language}")
        to_step(zane, "report")
        expect(zane.frame.locator(".report").first).to_be_visible()
        found += find_faults(zane, f"editor-report-{language}")
        press_until(zane.frame.locator(".back button"), zane.frame.locator("[name=file]"))
        zane.frame.locator("[name=file]").set_input_files(
            {"name": "bad.json", "mimeType": "application/json", "buffer": b'{"name": {"en": "<i>"}}'}
        )
        zane.frame.locator("form:has([name=file]) button").click()
        expect(zane.frame.get_by_role("alert")).to_be_visible()
        found += find_faults(zane, f"editor-list-{language}")
    assert found == []


def test_the_institution_writes_templates_outside_of_courses(people, demo):
    tool = demo.tool
    with people() as institution:
        page = institution.page
        page.goto(
            f"{tool.tool_url}/lti/editor?code={operator_sessions.invite_operator(tool.expiring_values)}"
        )
        found = find_faults(institution, "editor-start")
        new_version = page.get_by_role("button", name="Create a new version").first
        press_until(page.get_by_role("button", name="Open the editor"), new_version)
        new_version.click()
        expect(page.get_by_role("heading", level=2, name="The badge")).to_be_visible()
        found += find_faults(institution, "editor-institution")
        # What a framework asks for that the institution has not chosen is seen by whoever may choose it.
        page.locator(".step-list [value=more]").click()
        press_until(page.locator(".actions [value=report]"), page.locator(".report").first)
        found += find_faults(institution, "editor-report-institution")
        statements = page.locator("form:has([name=step][value=eu_annex_2]) button").first
        expect(statements).to_be_visible()  # the look for faults has opened what was folded
        press_until(statements, page.locator(".step-title"))
        found += find_faults(institution, "editor-statements")
        # What the catalogue asks for has a price, which is typed in two parts.
        press_until(page.locator(".actions [value=report]"), page.locator(".report").first)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        offered = page.locator("form:has([name=step][value=catalogue]) button").first
        press_until(offered, page.locator("[name='/quality/price/amount']"))
        page.locator("[name='/quality/price/amount']").fill("much")
        page.locator("[name='/quality/price/currency']").select_option("EUR")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Enter the amount in digits, such as 150 or 19.50")).to_be_visible()
        found += find_faults(institution, "editor-price")
        page.locator("[name='/quality/price/amount']").fill("19,50")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Enter the amount in digits, such as 150 or 19.50")).to_be_hidden()
        assert found == []
    draft = newest(tool)
    assert (draft.status, draft.version, draft.course_id) == ("draft", 2, None)
    with tool.store.begin() as session:
        versions.delete_draft(session, session.get_one(TemplateVersion, draft.id), tool.clock())
