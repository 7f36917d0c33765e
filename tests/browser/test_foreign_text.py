"""A page with the words of somebody else is no wider than its screen."""

import pytest

from tests.attacks.foreign_text import hostile_badge
from tests.browser.page_checks import OVERFLOWING
from tests.browser.people import resize


@pytest.mark.parametrize("width", [320, 1280])
def test_the_report_on_a_hostile_badge_is_no_wider_than_the_screen(people, demo, width):
    with people() as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify")
        darbs.page.get_by_text("Or paste the badge as text").click()
        darbs.page.locator("#text").fill(hostile_badge().decode())
        darbs.page.get_by_role("button", name="Check the badge").click()
        darbs.page.locator(".verdict h1").wait_for()
        darbs.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        resize(darbs.page, width, 800)
        assert darbs.page.evaluate(OVERFLOWING) == []
        darbs.take_screenshot(f"hostile-{width}")
