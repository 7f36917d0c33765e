"""What must hold of every page: WCAG 2 A and AA as far as axe-core can tell, and nothing sticks out of a telephone."""

from __future__ import annotations

import os

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.browser.people import People

WIDTHS = {"desktop": 1280, "phone": 360}
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
#: Marks what a page shows beyond its edge, for the message of a failing test.
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > wide + 1)
    .map(one => one.outerHTML.slice(0, 120));
}"""


def faults(person: People, name: str, page: Page | None = None) -> list[str]:
    """What is wrong with the page, or with the tool's page in its frame; screenshots where they are wished for."""
    page = page or person.page
    framed = page.frame("tool")
    frame = framed or page.main_frame
    frame.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    frame.evaluate(AXE_SCRIPT)
    found = []
    for kind, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{name}, {kind}: {violation}" for violation in violations(frame)]
        found += [f"{name}, {kind}: sticks out: {element}" for element in frame.evaluate(STICKS_OUT)]
        if os.environ.get("NOZIMITE_SCREENSHOTS"):  # they take as long as all else
            _photograph(person, page, f"{name}-{kind}", framed)
    return found


def violations(frame: Frame) -> list[str]:
    result = frame.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
    return [
        f"{rule['id']}: {node['html'][:150]} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def _photograph(person: People, page: Page, name: str, framed: Frame | None) -> None:
    if framed is None:
        person.photograph(name, page)
        return
    height = framed.evaluate("document.querySelector('main').scrollHeight + 20")
    size = page.viewport_size or {"width": 360}
    # What lies outside of the window is not painted inside a frame of another site.
    page.set_viewport_size({"width": size["width"], "height": height + 600})
    around = page.locator("#tool")
    around.evaluate("(frame, height) => frame.style.height = height + 'px'", height)
    around.screenshot(path=person.screenshots / f"{name}.png")
