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
from tests.browser.page_checks import faults
from tests.browser.people import go_on, tab_to


@pytest.fixture(scope="module")
def registered(running):
    Robot(running.lms_url).register(running.registration_url)


def newest(tool) -> TemplateVersion:
    with tool.store.read() as session:
        return session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()


def choosing(zane, language="en"):
    zane.become("Zane", language)
    zane.open_course()
    zane.page.get_by_role("link", name="select content").first.click()


def begin(zane, language="en"):
    choosing(zane, language)
    zane.frame.locator("form[action='/lti/app/templates/new'] button").click()
    expect(at(zane, f"/name/{language}")).to_be_visible()


def at(person, name: str) -> Locator:
    """The control that writes this place of the template."""
    return person.frame.locator(f'[name="{name}"]').first


def to_step(person, code: str) -> None:
    person.frame.locator(f'.actions [name=go][value="{code}"]').click()


def saved(person) -> None:
    expect(person.frame.locator("#said")).to_have_text("Saved.")


def test_a_few_minutes_from_a_course_to_a_published_badge(people, running, registered):
    with people() as zane:
        begin(zane)
        expect(at(zane, "/name/en")).to_have_value("Data Literacy Fundamentals")
        at(zane, "/name/en").fill("Reading charts")
        saved(zane)
        zane.heading("Reading charts")
        to_step(zane, "learning")
        at(zane, "/learning_outcomes/0/text/en").fill("Reads a chart and says what it hides.")
        at(zane, "/learning_outcomes/0/esco?").fill("data")
        zane.frame.locator("[data-found] label").first.click()
        # Another search does not take away what was chosen.
        at(zane, "/learning_outcomes/0/esco?").fill("chart")
        expect(zane.frame.locator(".search > label")).to_have_count(1)
        at(zane, "/workload_hours").fill("40")
        at(zane, "/level").select_option("4")
        saved(zane)
        expect(zane.frame.get_by_text("9 of 11 EU elements")).to_be_visible()
        zane.photograph("editor-learning")
        # Press what is missing, and be there.
        zane.frame.locator("#beside").get_by_role("button", name="Form of participation").click()
        zane.frame.get_by_label("Online", exact=True).check()
        at(zane, "/assessments/0/type").select_option("markedAssignment")
        expect(zane.frame.get_by_text("11 of 11 EU elements")).to_be_visible()
        zane.frame.locator("#beside").get_by_role("button", name="Check and publish").click()
        zane.frame.get_by_role("button", name="Publish", exact=True).click()
        expect(zane.frame.get_by_role("status")).to_contain_text("Published")
        published = newest(running.tool)
        assert (published.status, published.name) == ("published", "Reading charts")
        assert published.body["learning_outcomes"][0]["esco"][0]["label"]["lv"]
        zane.frame.get_by_role("button", name="Place it in the course").click()
        expect(zane.frame.get_by_label("Reading charts")).to_be_checked()
        zane.frame.get_by_role("button", name="Place this badge").click()
        zane.save_activity()
        zane.heading("Badges of this course")


def test_what_is_wrong_is_told_while_it_is_typed_and_stays_typed(people, running, registered):
    with people() as zane:
        begin(zane)
        to_step(zane, "learning")
        hours = at(zane, "/workload_hours")
        hours.fill("-40")
        expect(zane.frame.locator("#said")).to_have_text("Saved, but for what is marked.")
        expect(zane.frame.get_by_text("Write a number above 0")).to_be_visible()
        expect(hours).to_have_attribute("aria-invalid", "true")
        expect(hours).to_be_focused()
        zane.photograph("editor-wrong")
        hours.fill("40")
        saved(zane)
        expect(zane.frame.get_by_text("Write a number above 0")).to_be_hidden()
        assert newest(running.tool).body["workload_hours"] == "40"


def test_the_keyboard_alone_writes_and_publishes_a_badge(people, running, registered):
    with people() as zane:
        choosing(zane)

        def press(what: Locator, *keys: str) -> None:
            expect(what).to_be_visible()
            tab_to(zane, what)
            for key in keys:
                zane.page.keyboard.press(key)

        def type_(name: str, words: str) -> None:
            press(at(zane, name))
            zane.page.keyboard.press("Control+A")
            zane.page.keyboard.type(words)

        press(zane.frame.get_by_role("button", name="Write a new badge"), "Enter")
        type_("/name/en", "By keyboard")
        press(zane.frame.get_by_role("button", name="Save and go on"), "Enter")
        type_("/learning_outcomes/0/text/en", "Needs no mouse.")
        type_("/learning_outcomes/0/esco?", "data")
        expect(zane.frame.locator("[data-found] label").first).to_be_visible()
        press(zane.frame.locator("[data-found] input").first, "Space")
        type_("/workload_hours", "26")
        type_("/credits", "1")
        press(at(zane, "/level"), "ArrowDown")  # no level applies
        saved(zane)
        press(zane.frame.locator("#beside").get_by_role("button", name="Type of assessment"), "Enter")
        # The jump brought the keyboard along.
        expect(at(zane, "/assessments/0/type")).to_be_focused()
        zane.page.keyboard.press("ArrowDown")
        press(zane.frame.get_by_label("Online", exact=True), "Space")
        expect(zane.frame.get_by_text("11 of 11 EU elements")).to_be_visible()
        zane.photograph("editor-keyboard")
        press(zane.frame.locator("#beside").get_by_role("button", name="Check and publish"), "Enter")
        press(zane.frame.get_by_role("button", name="Publish", exact=True), "Enter")
        expect(zane.frame.get_by_role("button", name="Place it in the course")).to_be_visible()
        published = newest(running.tool)
        assert (published.status, published.name) == ("published", "By keyboard")
        assert published.body["level"] == "not-applicable"


def test_without_scripts_each_step_is_a_form_with_a_button(people, running, registered):
    with people(java_script_enabled=False) as zane:
        choosing(zane)
        go_on(zane)
        zane.frame.get_by_role("button", name="Write a new badge").click()
        at(zane, "/name/en").fill("Without scripts")
        to_step(zane, "learning")
        at(zane, "/learning_outcomes/0/text/en").fill("Presses buttons.")
        zane.frame.get_by_role("button", name="Add another outcome").click()
        at(zane, "/learning_outcomes/1/text/en").fill("Presses more of them.")
        at(zane, "/learning_outcomes/0/esco?").fill("data")
        zane.frame.get_by_role("button", name="Search").first.click()
        zane.frame.locator("[data-found] input").first.check()
        at(zane, "/workload_hours").fill("40")
        at(zane, "/level").select_option("not-applicable")
        to_step(zane, "assessment")
        at(zane, "/assessments/0/type").select_option("markedAssignment")
        zane.frame.get_by_label("Online", exact=True).check()
        to_step(zane, "more")
        zane.frame.get_by_label("PNG or JPEG").set_input_files(
            {"name": "own.png", "mimeType": "image/png", "buffer": picture_file()}
        )
        zane.frame.get_by_role("button", name="Use this picture").click()
        expect(zane.frame.get_by_role("button", name="Use the drawn picture again")).to_be_visible()
        zane.frame.locator("#beside").get_by_role("button", name="Check and publish").click()
        zane.frame.get_by_role("button", name="Publish", exact=True).click()
        expect(zane.frame.get_by_role("button", name="Place it in the course")).to_be_visible()
        published = newest(running.tool)
        assert (published.status, published.name, published.own_picture) == (
            "published",
            "Without scripts",
            True,
        )
        assert len(published.body["learning_outcomes"]) == 2
        assert published.body["learning_outcomes"][0]["esco"]


@pytest.mark.parametrize("language", ["en", "lv"])
def test_no_page_of_the_editor_has_a_fault(people, running, registered, language, monkeypatch):
    monkeypatch.setattr(page_checks, "WIDTHS", {"desktop": 1280, "phone": 320})
    found = []
    with people() as zane:
        begin(zane, language)
        found += faults(zane, f"editor-badge-{language}")
        to_step(zane, "learning")
        at(zane, "/workload_hours").fill("-3")
        at(zane, f"/learning_outcomes/0/text/{language}").fill("<b>x</b>")
        at(zane, "/learning_outcomes/0/esco?").fill("da")
        expect(zane.frame.locator("[data-found] label").first).to_be_visible()
        expect(zane.frame.locator(".wrong:visible")).to_have_count(2)
        found += faults(zane, f"editor-learning-{language}")
        at(zane, "/workload_hours").fill("30")
        at(zane, f"/learning_outcomes/0/text/{language}").fill("x")
        zane.frame.get_by_role(
            "button", name=re.compile("Add another outcome|Pievienot vēl vienu rezultātu")
        ).click()
        to_step(zane, "assessment")
        expect(at(zane, "/assessments/0/type")).to_be_visible()
        found += faults(zane, f"editor-assessment-{language}")
        to_step(zane, "more")
        expect(at(zane, "/colours")).to_be_visible()
        found += faults(zane, f"editor-more-{language}")
        to_step(zane, "report")
        expect(zane.frame.locator(".report").first).to_be_visible()
        found += faults(zane, f"editor-report-{language}")
        zane.frame.locator("[name=framework][value=eu_annex_2]").click()
        zane.frame.locator("form:has([name=step][value=eu_annex_2]) button").first.click()
        expect(zane.frame.locator(".step-title")).to_be_visible()
        found += faults(zane, f"editor-statements-{language}")
        zane.frame.locator(".back button").click()
        expect(zane.frame.locator("[name=file]")).to_be_visible()
        zane.frame.locator("[name=file]").set_input_files(
            {"name": "bad.json", "mimeType": "application/json", "buffer": b'{"name": {"en": "<i>"}}'}
        )
        zane.frame.locator("form:has([name=file]) button").click()
        expect(zane.frame.get_by_role("alert")).to_be_visible()
        found += faults(zane, f"editor-list-{language}")
    assert found == []


def test_the_institution_writes_outside_of_any_course(people, running):
    tool = running.tool
    with people() as institution:
        page = institution.page
        page.goto(
            f"{tool.tool_url}/lti/editor?code={operator_sessions.invite_operator(tool.expiring_values)}"
        )
        found = faults(institution, "editor-door")
        page.get_by_role("button", name="Open the editor").click()
        page.get_by_role("button", name="Change it in a new version").first.click()
        expect(page.get_by_role("heading", level=2, name="The badge")).to_be_visible()
        assert found + faults(institution, "editor-institution") == []
    draft = newest(tool)
    assert (draft.status, draft.version, draft.course_id) == ("draft", 2, None)
    with tool.store.begin() as session:
        versions.delete_draft(session, session.get_one(TemplateVersion, draft.id))
