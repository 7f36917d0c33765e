"""How a badge looks is chosen in the editor: by mouse, by keyboard, without scripts, on a phone, in both languages."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
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


def halves() -> bytes:
    """Left red, right blue."""
    image = Image.new("RGB", (800, 400), "red")
    image.paste("blue", (400, 0, 800, 400))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def choose_file(person, name: str, content: bytes, kind: str) -> None:
    person.frame.locator("#picture").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def colour_of(demo) -> tuple[int, ...]:
    with Image.open(BytesIO(newest(demo.tool).picture)) as image:
        return image.convert("RGB").getpixel((300, 300))


def test_signs_are_found_while_somebody_types(people, demo, registered):
    with people() as zane:
        open_looks(zane)
        choice(zane, "sign", "sun").click()
        words = zane.frame.locator('[name="/sign?"]')
        words.fill("tiesib")
        expect(choice(zane, "sign", "scale")).to_be_visible()
        expect(choice(zane, "sign", "hammer")).to_be_hidden()
        expect(choice(zane, "sign", "sun")).to_be_visible()
        words.fill("qqqq")
        expect(zane.frame.locator('[data-none="/sign"]')).to_be_visible()
        words.press("Enter")
        words.fill("")
        expect(choice(zane, "sign", "hammer")).to_be_visible()


HALVES = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40"><rect width="40" height="40" fill="red"/>'
    '<rect x="50%" width="50%" height="100%" fill="blue"/></svg>'
)


@pytest.mark.parametrize(
    "file",
    [("own.png", halves(), "image/png"), ("own.svg", HALVES.encode(), "image/svg+xml")],
    ids=["png", "svg"],
)
def test_a_square_of_a_picture_is_dragged_or_moved_by_keyboard(people, demo, registered, file):
    with people() as zane:
        open_looks(zane)
        choose_file(zane, *file)
        canvas = zane.frame.locator("[data-crop] canvas")
        expect(canvas).to_be_visible()
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        zane.page.mouse.move(box["x"] + box["width"] - 10, box["y"] + 50)
        zane.page.mouse.down()
        zane.page.mouse.move(box["x"] - box["width"], box["y"] + 50, steps=8)
        zane.page.mouse.up()
        expect(zane.frame.locator('[name="part"][value="square"]')).to_be_checked()
        expect(zane.frame.locator("#crop-across")).to_have_value("100")
        zane.frame.get_by_role("button", name="Use this picture").click()
        expect(zane.frame.get_by_role("button", name="Use the automatic picture again")).to_be_visible()
        assert colour_of(demo) == (0, 0, 255)
        choose_file(zane, *file)
        expect(canvas).to_be_visible()
        zane.frame.locator("#crop-across").focus()
        zane.page.keyboard.press("Home")
        zane.frame.get_by_role("button", name="Use this picture").click()
        expect(canvas).to_be_hidden()
        assert colour_of(demo) == (255, 0, 0)


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_page_of_an_own_picture_has_no_faults(people, demo, registered, language, monkeypatch):
    monkeypatch.setattr(page_checks, "WIDTHS", {"desktop": 1280, "phone": 360})
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="5" cy="5" r="4" fill="teal"/>'
    )
    svg += f"<text>x</text><{'longword' * 18}/></svg>"
    with people() as zane:
        open_looks(zane, language)
        choose_file(zane, "own.svg", svg.encode(), "image/svg+xml")
        zane.frame.locator("#own-picture button").first.click()
        expect(zane.frame.locator("#own-picture code").first).to_be_visible()
        choose_file(zane, "own.png", halves(), "image/png")
        expect(zane.frame.locator("[data-crop] canvas")).to_be_visible()
        assert find_faults(zane, f"own-picture-{language}") == []
        assert newest(demo.tool).own_picture


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_list_with_marks_has_no_faults(people, demo, registered, language, monkeypatch):
    monkeypatch.setattr(page_checks, "WIDTHS", {"desktop": 1280, "phone": 360})
    with people() as zane:
        open_looks(zane, language)
        choice(zane, "sign", "scale").click()
        zane.frame.locator("form.back button").click()
        expect(zane.frame.locator("h2 img.mark").first).to_be_visible()
        assert find_faults(zane, f"marks-{language}") == []
