"""times.js: times in the zone of the browser, where the platform did not tell it to the server."""

from __future__ import annotations

from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "lti_tool" / "web" / "static" / "times.js"
TIME = '<time datetime="2026-11-21T23:30:00+00:00" title="as the server wrote it"{}>as the server wrote it</time>'


@pytest.fixture
def shown(browser):
    """A function that opens a page with a <time> in a browser of a zone, and gives it after the script has run."""
    contexts = {}

    def shown(zone, language, attributes):
        if zone not in contexts:
            contexts[zone] = browser.new_context(timezone_id=zone)
        page = contexts[zone].new_page()
        page.set_content(
            f'<html lang="{language}"><body><main>{TIME.format(attributes)}</main></body></html>'
        )
        page.add_script_tag(path=SCRIPT)
        return page

    yield shown
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize(
    ("zone", "language", "day", "moment"),
    [
        ("America/New_York", "en", "21 November 2026", "21 November 2026, 18:30"),
        ("Pacific/Auckland", "en", "22 November 2026", "22 November 2026, 12:30"),
        ("Europe/London", "en", "21 November 2026", "21 November 2026, 23:30"),
        ("Europe/Riga", "lv", "2026. gada 22. novembris", "2026. gada 22. novembris, 01:30"),
    ],
)
def test_a_time_is_that_of_the_browser(shown, zone, language, day, moment):
    element = shown(zone, language, ' data-show="day"').locator("time")
    assert (element.inner_text(), element.get_attribute("title")) == (day, moment)
    assert shown(zone, language, ' data-show="moment"').locator("time").inner_text() == moment
    element = shown(zone, language, ' data-show="ago"').locator("time")
    assert (element.inner_text(), element.get_attribute("title")) == ("as the server wrote it", moment)


def test_a_time_that_is_the_readers_already_stays(shown):
    assert shown("America/New_York", "en", "").locator("time").inner_text() == "as the server wrote it"


def test_a_time_that_another_script_brings_is_rewritten_too(shown):
    page = shown("America/New_York", "en", "")
    page.evaluate(
        "(html) => { document.querySelector('main').innerHTML = html; }", TIME.format(' data-show="day"')
    )
    page.wait_for_function("document.querySelector('time').textContent === '21 November 2026'")
