"""Checks for every page: WCAG 2.2 A and AA as far as axe-core tells, and no element wider than the window."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.amounts import amount
from tests.browser.people import Person, resize

WIDTHS = {"desktop": 1280, "phone": 360}
#: In how many of them axe-core looks at a page. With one it is the desktop for an English page, the phone for others.
AXE_WIDTHS = amount("widths in which axe-core looks at a page", small=1, full=len(WIDTHS))
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
#: Elements that reach beyond the right edge of the window.
OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > wide + 1)
    .map(one => one.outerHTML.slice(0, 120));
}"""


def find_faults(person: Person, name: str, page: Page | None = None) -> list[str]:
    """What is wrong with the page, or with the tool's page in its frame, at each of WIDTHS.

    Takes screenshots too, where there is a folder for them.
    """
    page = page or person.page
    framed = page.frame("tool")
    frame = framed or page.main_frame
    frame.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    frame.evaluate(AXE_SCRIPT)
    looked_at = list(WIDTHS) if frame.evaluate("document.documentElement.lang") == "en" else [*WIDTHS][::-1]
    found = []
    for kind, width in WIDTHS.items():
        resize(page, width, 800)
        if kind in looked_at[:AXE_WIDTHS]:
            found += [f"{name}, {kind}: {violation}" for violation in violations(frame)]
        found += [f"{name}, {kind}: too wide: {element}" for element in frame.evaluate(OVERFLOWING)]
        if person.screenshots is not None:
            _take_screenshot(person.screenshots, person, page, f"{name}-{kind}", framed)
    return found


def violations(frame: Frame) -> list[str]:
    """What axe-core finds wrong in the frame."""
    result = frame.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
    return [
        f"{rule['id']}: {node['html'][:150]} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def _take_screenshot(folder: Path, person: Person, page: Page, name: str, framed: Frame | None) -> None:
    if framed is None:
        person.take_screenshot(name, page)
        return
    height = framed.evaluate("document.querySelector('main').scrollHeight + 20")
    size = page.viewport_size or {"width": 360}
    # A frame of another site is painted only inside the window.
    page.set_viewport_size({"width": size["width"], "height": height + 600})
    element = page.locator("#tool")
    element.evaluate("(frame, height) => frame.style.height = height + 'px'", height)
    element.screenshot(path=folder / f"{name}.png")
