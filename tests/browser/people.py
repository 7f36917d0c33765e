"""What people do in a browser: by the words they read, in the LMS's page and in the tool's frame."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, FrameLocator, Locator, Page, expect

from lti_tool.commands.demo_server import RunningDemo

COURSE = "Data Literacy"
#: A page of the tool that has come to rest; while storage is asked, it is not there yet.
AT_REST = "main:not(:has(#storage)):not(:has(form[data-submit])) h1"

#: More presses of Tab than the way to anything on a page takes.
MOST_TABS = 80
SHOWS_FOCUS = """element => {
  const marked = element.closest(".choice") || element;
  const style = getComputedStyle(marked);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


class People:
    """One browser. `frame` is the tool inside the LMS's page."""

    def __init__(self, context: BrowserContext, running: RunningDemo, screenshots: Path) -> None:
        self.context, self.running, self.screenshots = context, running, screenshots
        self.complaints: list[str] = []
        #: Addresses whose answer of 4xx a test wants to see; Chromium notes those in the console too.
        self.refusals_expected = False
        context.set_default_timeout(30_000)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        self.page: Page = context.new_page()

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#tool")

    def heading(self, text: str | re.Pattern[str]) -> None:
        """Waits for the page in the frame that has this heading."""
        expect(self.frame.locator(AT_REST).first).to_have_text(text)

    # In the LMS

    def at_home(self) -> None:
        self.page.goto(self.running.lms_url)

    def become(self, name: str, language: str = "en") -> None:
        if not self.page.url.startswith(self.running.lms_url):
            self.at_home()
        form = self.page.locator("form#who")
        value = form.locator("option", has_text=name).first.get_attribute("value")
        form.get_by_label("I am").select_option(value)
        form.get_by_label("Language of tools").select_option(language)
        form.get_by_role("button", name="Switch").click()

    def open_course(self, course: str = COURSE) -> None:
        self.at_home()
        self.page.get_by_role("main").get_by_role("link", name=course).click()

    def register_tool(self) -> None:
        """The administrator adds and activates the tool."""
        self.at_home()
        self.become("Ieva")
        self.page.get_by_role("link", name="Site administration").first.click()
        address = self.page.get_by_label("Add a tool by its registration URL")
        address.fill(self.running.registration_url)
        self.page.get_by_role("button", name="Add LTI Advantage").click()
        self.heading(re.compile("Register Nozimite with"))
        self.frame.get_by_role("button", name="Register").click()
        self.heading("Nozimite is registered")
        self.frame.get_by_role("button", name="Finish and close").click()
        self.page.get_by_role("button", name="Activate").click()
        expect(self.page.get_by_role("button", name="Switch off")).to_be_visible()

    def choose_badge(self, badge: str, *, course: str = COURSE, language: str = "en") -> None:
        """Zane meets the tool's choice of badges, and picks one."""
        self.become("Zane", language)
        self.open_course(course)
        self.page.get_by_role("link", name="select content").first.click()
        self.frame.get_by_label(badge).check()

    def save_activity(self, minimum_percent: int | None = 60) -> str:
        """The address of the activity."""
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
        """Waits until the tool's page stands in the frame."""
        self.become(name, language)
        self.page.goto(activity)
        expect(self.frame.locator(AT_REST).first).to_be_visible()

    # Pictures

    def photograph(self, name: str, page: Page | None = None) -> None:
        """The whole page. What lies outside of the window is not painted inside a frame of another site."""
        page = page or self.page
        size = page.viewport_size or {"width": 1280, "height": 720}
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": height})
        page.screenshot(path=self.screenshots / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": size["width"], "height": size["height"]})

    # Complaints

    def _heard(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type not in ("error", "warning"):
            return
        if self.refusals_expected and text.startswith("Failed to load resource"):
            return
        self.complaints.append(f"{message.type}: {text} ({_place(message)})")


def drop_file(page: Page, name: str, content: bytes, kind: str = "image/png") -> None:
    """A file let go over the page, as from a file manager."""
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


def go_on(person: People, until: str = "main h1") -> None:
    """Presses the LMS's own "Continue" as often as it stands in the frame, until what is waited for is there."""
    resting = person.frame.locator(until)
    onward = person.frame.get_by_role("button", name="Continue", exact=True)
    for _ in range(6):
        expect(resting.or_(onward).first).to_be_visible()
        if resting.count():
            return
        with person.page.expect_event("framenavigated"):
            onward.click()
    raise AssertionError("the LMS only ever says Continue")


def tab_to(person: People, wanted: Locator) -> None:
    """Presses Tab, from the top of the LMS's page, until the element has the focus, and shows it."""
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        if wanted.evaluate("element => document.hasFocus() && element === document.activeElement"):
            assert wanted.evaluate(SHOWS_FOCUS), "nothing shows where the keyboard is"
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def _place(message: ConsoleMessage) -> Any:
    return message.location.get("url", "") if message.location else ""
