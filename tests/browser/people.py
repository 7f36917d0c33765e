"""People of the demo at browsers: what they do in the pages of the LMS and in the tool's frame."""

from __future__ import annotations

import contextlib
import re
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Locator,
    Page,
    TimeoutError,
    expect,
)

from lti_tool.commands.demo_server import RunningDemo
from lti_tool.demo.robot import Robot

COURSE = "Data Literacy"
#: The heading of a page of the tool that waits for a person, unlike pages that ask the storage or submit themselves.
SETTLED = "main:not(:has(#storage)):not(:has(form[data-submit])) h1"

#: Resolves once the window, or the frame, has this width and is painted.
PAINTED = """width => new Promise(done => {
  const look = () => requestAnimationFrame(innerWidth === width ? () => requestAnimationFrame(done) : look);
  look();
})"""
#: The width of the window, or of the frame in it.
INNER_WIDTH = "() => document.querySelector('iframe#tool')?.clientWidth ?? innerWidth"
#: Whether the element has the focus; null where a script has put another one in its place.
HAS_FOCUS = (
    "element => element.isConnected ? document.hasFocus() && element === document.activeElement : null"
)
#: Milliseconds after which a click, or the press of a key, counts as lost.
LOST = 15_000
#: More presses of Tab than any control of a page is away.
MAXIMUM_TABS = 80
SHOWS_FOCUS = """element => {
  const marked = element.closest(".choice") || element;
  const style = getComputedStyle(marked);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


class Person:
    """Somebody at a browser of their own, who may also switch to another person of the LMS.

    `console_errors` are the errors and warnings in the browser's console. Where `expects_http_errors` is set, failed
    requests, which Chromium writes there too, are left out. Without a folder for `screenshots` none are taken.
    """

    def __init__(self, context: BrowserContext, demo: RunningDemo, screenshots: Path | None) -> None:
        self.context, self.demo, self.screenshots = context, demo, screenshots
        self.console_errors: list[str] = []
        self.expects_http_errors = False
        context.set_default_timeout(30_000)
        context.on("console", self._record_message)
        context.on("weberror", lambda error: self.console_errors.append(f"uncaught: {error.error}"))
        self.page: Page = context.new_page()

    @property
    def frame(self) -> FrameLocator:
        """The tool inside the LMS's page."""
        return self.page.frame_locator("#tool")

    def heading(self, text: str | re.Pattern[str]) -> None:
        """Waits for the page in the frame that has this heading."""
        expect(self.frame.locator(SETTLED).first).to_have_text(text)

    # --- in the LMS

    def open_lms(self) -> None:
        self.page.goto(self.demo.lms_url)

    def become(self, name: str, language: str = "en") -> None:
        """Gives this browser a session of the person at the LMS; what is open in it is not loaded again."""
        robot = Robot(self.demo.lms_url)
        robot.become(name, locale=language)
        self.context.add_cookies([_as_playwright_has_it(cookie) for cookie in robot.http.cookies])

    def switch_to(self, name: str) -> None:
        """Chooses the person at the top of the page of the LMS that is open."""
        form = self.page.locator("form#who")
        value = form.locator("option", has_text=name).first.get_attribute("value")
        form.get_by_label("I am").select_option(value)
        form.get_by_role("button", name="Switch").click()

    def open_course(self, course: str = COURSE) -> None:
        self.open_lms()
        self.page.get_by_role("main").get_by_role("link", name=course).click()

    def register_tool(self) -> None:
        """The administrator adds and activates the tool."""
        self.become("Ieva")
        self.open_lms()
        self.page.get_by_role("link", name="Site administration").first.click()
        address = self.page.get_by_label("Add a tool by its registration URL")
        address.fill(self.demo.registration_url)
        self.page.get_by_role("button", name="Add LTI Advantage").click()
        self.heading(re.compile("Register Nozimite with"))
        self.frame.get_by_role("button", name="Register").click()
        self.heading("Nozimite is registered")
        self.frame.get_by_role("button", name="Finish and close").click()
        self.page.get_by_role("button", name="Activate").click()
        expect(self.page.get_by_role("button", name="Switch off")).to_be_visible()

    def choose_badge(self, badge: str, *, course: str = COURSE, language: str = "en") -> None:
        """Picks a badge in the tool's list, as the teacher."""
        self.become("Zane", language)
        self.open_course(course)
        self.page.get_by_role("link", name="select content").first.click()
        self.frame.get_by_label(badge).check()

    def save_activity(self, minimum_percent: int | None = 60) -> str:
        """The address of the activity that the LMS's form makes."""
        field = self.page.get_by_label("Restrict access: course total")
        field.fill("" if minimum_percent is None else str(minimum_percent))
        self.page.get_by_role("button", name="Save and display").click()
        self.page.wait_for_url(re.compile(r"/activities/(?!new)[^/]+$"))
        return self.page.url

    def place_badge(self, badge: str, *, course: str = COURSE, minimum_percent: int | None = 60) -> str:
        self.choose_badge(badge, course=course)
        self.frame.get_by_role("button", name="Place this badge").click()
        return self.save_activity(minimum_percent)

    def give_grades(self, complete: int = 12, course: str = COURSE) -> None:
        self.become("Zane")
        self.open_course(course)
        self.page.get_by_role("link", name="Gradebook").click()
        self.page.get_by_label("so that this many learners complete").fill(str(complete))
        self.page.get_by_role("button", name="Give grades").click()

    def open_activity(self, activity: str, name: str, language: str = "en") -> None:
        """Opens the activity as this person and waits for the tool's page in the frame."""
        self.become(name, language)
        self.page.goto(activity)
        expect(self.frame.locator(SETTLED).first).to_be_visible()

    def note_presses(self) -> list[str]:
        """What is pressed with a mouse in pages of the tool, from the next page on: a list that grows."""
        pressed: list[str] = []
        self.context.expose_binding("notePress", lambda _, what: pressed.append(what))
        self.context.add_init_script(
            f"""addEventListener("pointerdown", event => {{
                  if (location.origin === "{self.demo.tool_url}") notePress(event.target.innerText ?? "");
                }}, true);"""
        )
        return pressed

    # --- screenshots

    def take_screenshot(self, name: str, page: Page | None = None) -> None:
        """Saves a picture of the whole page, where there is a folder for it.

        The window is made as high as the page: a frame of another site is painted only inside the window.
        """
        if self.screenshots is None:
            return
        page = page or self.page
        size = page.viewport_size or {"width": 1280, "height": 720}
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": height})
        page.screenshot(path=self.screenshots / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": size["width"], "height": size["height"]})

    # --- console

    def _record_message(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type not in ("error", "warning"):
            return
        if self.expects_http_errors and text.startswith("Failed to load resource"):
            return
        self.console_errors.append(f"{message.type}: {text} ({_source(message)})")


def drop_file(page: Page, name: str, content: bytes, kind: str = "image/png") -> None:
    """Drops a file on the page, as from a file manager."""
    transfer = page.evaluate_handle(
        """([name, bytes, kind]) => {
             const transfer = new DataTransfer();
             transfer.items.add(new File([new Uint8Array(bytes)], name, {type: kind}));
             return transfer;
           }""",
        [name, list(content), kind],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": transfer})


def drop_link(page: Page, address: str) -> None:
    """Drops a link on the page, as from another window of the browser."""
    transfer = page.evaluate_handle(
        """address => {
             const transfer = new DataTransfer();
             transfer.setData("text/uri-list", address);
             return transfer;
           }""",
        address,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": transfer})


def continue_until(person: Person, until: str = "main h1") -> None:
    """Presses the LMS's "Continue" in the frame until the element is there. Fails after six times."""
    element = person.frame.locator(until)
    button = person.frame.get_by_role("button", name="Continue", exact=True)
    for _ in range(6):
        expect(element.or_(button).first).to_be_visible()
        if element.count():
            return
        with person.page.expect_event("framenavigated"):
            button.click()
    raise AssertionError("there is a Continue after six of them")


def resize(page: Page, width: int, height: int) -> None:
    """Gives the page a window of this size, and waits until it is painted, with the tool's frame in it.

    Until then a click may land where the frame was before. Not for browsers without scripts, which cannot tell.
    """
    if len(page.context.pages) > 1:
        page.bring_to_front()  # behind another tab a page is painted only once a second
    page.set_viewport_size({"width": width, "height": height})
    # A frame gets its new size from the page around it, once that is laid out.
    frame = page.frame("tool") or page.main_frame
    frame.evaluate(PAINTED, page.evaluate(INNER_WIDTH))


def press_until(control: Locator, expected: Locator) -> None:
    """Clicks the control until the next page has the expected element, as a person does whose click was lost.

    A click into a frame of another site now and then is on a busy machine. Fails after five.
    """
    for _ in range(5):
        expect(expected.or_(control).first).to_be_visible()
        if expected.count():
            return
        control.click()
        with contextlib.suppress(AssertionError):
            expect(expected).to_be_visible(timeout=LOST)
            return
    raise AssertionError(f"five clicks on {control} did not bring {expected}")


def press_key_until(control: Locator, key: str, expected: Locator) -> None:
    """Presses the key on the control, which has the focus, until the expected element is there, as `press_until`.

    A key that leaves a page in a frame of another site may never be acknowledged, and `Keyboard.press` waits for that
    without an end. `Locator.press` gives up; the key may have been pressed all the same.
    """
    expect(control).to_be_focused()
    expect(expected).to_have_count(0)
    for _ in range(5):
        with contextlib.suppress(TimeoutError):
            control.press(key, timeout=LOST)
        with contextlib.suppress(AssertionError):
            expect(expected).to_be_visible(timeout=LOST)
            return
    raise AssertionError(f"{key}, pressed five times on {control}, did not bring {expected}")


def press_for_tab(person: Person, control: Locator) -> Page:
    """The new tab that the control opens; it is clicked again as in `press_until`."""
    for _ in range(3):
        with (
            contextlib.suppress(TimeoutError),
            person.context.expect_page(timeout=LOST) as opening,
        ):
            control.click()
            return opening.value
    raise AssertionError(f"five clicks on {control} opened no tab")


def mark_as_left(frame: FrameLocator) -> None:
    """Marks the page in the frame, so that `html:not([data-left])` is the next one."""
    frame.locator("html").evaluate("page => { page.dataset.left = ''; }")


def tab_to(person: Person, locator: Locator) -> None:
    """Presses Tab until the element has the focus. Fails where it is not reached or does not show the focus."""
    element = locator.element_handle()  # found once, and not anew for each press
    for _ in range(MAXIMUM_TABS):
        person.page.keyboard.press("Tab")
        focused = element.evaluate(HAS_FOCUS)
        if focused is None:
            element = locator.element_handle()
            focused = element.evaluate(HAS_FOCUS)
        if focused:
            assert element.evaluate(SHOWS_FOCUS), f"{locator} does not show that it has the focus"
            return
    raise AssertionError(f"the keyboard does not reach {locator}")


def _as_playwright_has_it(cookie: Cookie) -> Any:
    same_site = cookie.get_nonstandard_attr("SameSite")
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "httpOnly": True,
        "secure": same_site == "None",
        "sameSite": same_site,
    }


def _source(message: ConsoleMessage) -> Any:
    return message.location.get("url", "") if message.location else ""
