"""How a badge looks is chosen in the editor: by mouse, by keyboard, without scripts, on a phone, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import page_checks
from tests.browser.page_checks import find_faults
from tests.browser.people import continue_until, tab_to
from tests.browser.test_editor import (
    begin_badge,
    control,
    expect_saved,
    newest,
    open_badge_list,
    registered,
    to_step,
)

__all__ = ["registered"]


def open_looks(person, language: str = "en") -> None:
    begin_badge(person, language)
    to_step(person, "learning")
    control(person, "/level").select_option("5")
    to_step(person, "assessment")
    to_step(person, "more")
    expect(choice(person, "shape", "hexagon")).to_be_visible()


def choice(person, field: str, code: str) -> Locator:
    return person.frame.locator(f'label:has([name="/{field}"][value="{code}"])')


def shown(person) -> str:
    """The address of the previewed picture."""
    return person.frame.locator("#looks .badge-picture").get_attribute("src")


def test_what_is_chosen_is_seen_at_once(people, demo, registered):
    with people() as zane:
        open_looks(zane)
        seen = {shown(zane)}
        for field, code in (
            ("shape", "gate"),
            ("colours", "forest"),
            ("sign", "sprout"),
            ("level_mark", "none"),
        ):
            choice(zane, field, code).click()
            expect_saved(zane)
            expect(zane.frame.locator("#looks .badge-picture")).not_to_have_attribute("src", list(seen)[-1])
            seen.add(shown(zane))
        assert len(seen) == 5
        expect(zane.frame.locator("#looks figure img")).to_have_count(3)
        zane.take_screenshot("designer")
        design = newest(demo.tool).body
        chosen = [design[name] for name in ("shape", "colours", "sign", "level_mark")]
        assert chosen == ["gate", "forest", "sprout", "none"]


def test_a_design_to_begin_with_is_one_press(people, demo, registered):
    with people() as zane:
        open_looks(zane)
        zane.frame.get_by_role("button", name="safety").click()
        expect(zane.frame.locator('[name="/shape"][value="shield"]')).to_be_checked()
        expect(zane.frame.locator('[name="/sign"][value="hard-hat"]')).to_be_checked()
        assert newest(demo.tool).body["colours"] == "amber"


def test_a_design_is_chosen_by_keyboard(people, demo, registered):
    with people() as zane:
        open_looks(zane)
        tab_to(zane, zane.frame.locator('[name="/shape"]').first)
        zane.page.keyboard.press("ArrowDown")
        zane.page.keyboard.press("ArrowDown")
        expect(control(zane, "/shape")).not_to_be_checked()
        expect(zane.frame.locator('[name="/shape"][value="sun"]')).to_be_checked()
        expect_saved(zane)
        assert newest(demo.tool).body["shape"] == "sun"


def test_a_design_is_shown_without_scripts(people, demo, registered):
    with people(java_script_enabled=False) as zane:
        open_badge_list(zane)
        continue_until(zane)
        zane.frame.get_by_role("button", name="Create a new badge").click()
        expect(control(zane, "/name/en")).to_be_visible()
        for code in ("learning", "assessment", "more"):
            to_step(zane, code)
        before = shown(zane)
        zane.frame.locator('[name="/shape"][value="shield"]').check()
        zane.frame.locator('[name="/sign"][value="scale"]').check()
        zane.frame.get_by_role("button", name="Show", exact=True).click()
        expect(zane.frame.locator("#looks .badge-picture")).not_to_have_attribute("src", before)
        expect(zane.frame.locator('[name="/sign"][value="scale"]')).to_be_checked()
        assert newest(demo.tool).body["sign"] == "scale"


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_page_of_looks_has_no_faults(people, demo, registered, language, monkeypatch):
    monkeypatch.setattr(page_checks, "WIDTHS", {"desktop": 1280, "phone": 360})
    with people() as zane:
        open_looks(zane, language)
        choice(zane, "shape", "star").click()
        choice(zane, "colours", "linen").click()
        choice(zane, "sign", "heart-pulse").click()
        expect(zane.frame.locator('#looks figure img[src^="data:image/svg"]')).to_have_count(3)
        assert find_faults(zane, f"designer-{language}") == []
