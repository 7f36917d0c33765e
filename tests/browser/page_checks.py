"""Checks for every page: WCAG 2.2 A and AA as far as axe-core tells, and no element wider than the window.

And what no rule of WCAG names: words that touch the box before them.
"""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.amounts import amount
from tests.browser.people import Person, resize

LANGUAGES = ("en", "lv")
WIDTHS = {"desktop": 1280, "tablet": 768, "phone": 360}
#: In how many of them axe-core looks at a page. With one it is the desktop for an English page, the phone for others.
AXE_WIDTHS = amount("widths in which axe-core looks at a page", small=1, full=len(WIDTHS))
#: In how many languages axe-core compares the colours of a page, which is three quarters of its time. They are the same
#: in each; with one, half of the pages are compared in English, on the desktop, and half in Latvian, on the phone.
COLOUR_LANGUAGES = amount("languages in which axe-core compares colours", small=1, full=len(LANGUAGES))
#: In how many languages each state is looked at, of a page that has many.
STATE_LANGUAGES = amount(
    "languages in which each state of a page with many is seen", small=1, full=len(LANGUAGES)
)
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
COLOURS_ALONE = AXE_OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WITHOUT_COLOURS = AXE_OPTIONS | {"rules": {"color-contrast": {"enabled": False}}}
#: Opens what is folded, and gives the language of the page.
UNFOLD = """() => {
  document.querySelectorAll("details").forEach(one => one.open = true);
  return document.documentElement.lang;
}"""
#: Elements that reach beyond the right edge of the window.
OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > wide + 1)
    .map(one => one.outerHTML.slice(0, 120));
}"""

#: Tick boxes and radio buttons that are seen, and whose words touch them.
TOUCHING = """() => [...document.querySelectorAll("label > input:is([type=checkbox], [type=radio]) + span")]
    .filter(words => {
      const [box, text] = [words.previousElementSibling, words].map(one => one.getBoundingClientRect());
      const apart = text.left - box.right > 3 || text.top - box.bottom > 3 || box.left - text.right > 3;
      const isSeen = getComputedStyle(words.previousElementSibling).opacity > 0 && text.width > 2;
      return isSeen && !apart;
    })
    .map(words => words.parentElement.outerHTML.slice(0, 120))"""


def find_faults(person: Person, name: str, page: Page | None = None) -> list[str]:
    """What is wrong with the page, or with the tool's page in its frame, at each of WIDTHS.

    `name` is that of the page and its state; where it is looked at in each of LANGUAGES, it ends in the language.
    Takes screenshots too, where there is a folder for them.
    """
    page = page or person.page
    framed = page.frame("tool")
    frame = framed or page.main_frame
    language = frame.evaluate(UNFOLD)
    compares_colours = _compares_colours(name, language)
    options = AXE_OPTIONS if compares_colours else WITHOUT_COLOURS
    frame.evaluate(AXE_SCRIPT)
    looked_at = list(WIDTHS) if language == "en" else [*WIDTHS][::-1]
    found = []
    for kind, width in WIDTHS.items():
        resize(page, width, 800)
        if kind in looked_at[:AXE_WIDTHS]:
            found += [f"{name}, {kind}: {violation}" for violation in violations(frame, options)]
        found += [f"{name}, {kind}: too wide: {element}" for element in frame.evaluate(OVERFLOWING)]
        found += [f"{name}, {kind}: words touch their box: {label}" for label in frame.evaluate(TOUCHING)]
        if person.screenshots is not None:
            _take_screenshot(person.screenshots, person, page, f"{name}-{kind}", framed)
    if framed is None and compares_colours:
        found += _faults_in_the_dark(person, name, page)
    return found


def _faults_in_the_dark(person: Person, name: str, page: Page) -> list[str]:
    """What is too pale for those who set their browser to dark; a page in a frame is light like the page around it."""
    page.emulate_media(color_scheme="dark")
    found = [f"{name}, dark: {violation}" for violation in violations(page.main_frame, COLOURS_ALONE)]
    if person.screenshots is not None:
        _take_screenshot(person.screenshots, person, page, f"{name}-dark", None)
    page.emulate_media(color_scheme="null")  # as the browser was opened: some are opened in the dark
    return found


def is_looked_at(state: str, language: str) -> bool:
    """Whether a state of a page that has many is looked at in this language; see STATE_LANGUAGES."""
    return language in _languages_of(state)[:STATE_LANGUAGES]


def _compares_colours(name: str, language: str) -> bool:
    """Whether this is one of the languages for the state."""
    state = name.removesuffix(f"-{language}")
    return state == name or language in _languages_of(state)[:COLOUR_LANGUAGES]


def _languages_of(state: str) -> list[str]:
    """The languages, beginning with one that does not depend on the tests before it."""
    first = len(state) % len(LANGUAGES)
    return [*LANGUAGES[first:], *LANGUAGES[:first]]


def violations(frame: Frame, options: dict[str, object]) -> list[str]:
    """What axe-core finds wrong in the frame."""
    result = frame.evaluate("options => axe.run(document, options)", options)
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
