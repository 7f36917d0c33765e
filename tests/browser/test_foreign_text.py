"""A page with the words of somebody else is no wider than its screen."""

import pytest

from lti_tool.store.models import TemplateVersion
from tests.attacks.foreign_text import hostile_badge
from tests.browser.page_checks import OVERFLOWING
from tests.browser.people import resize
from tests.fixtures import rows

#: Puts one word of 200 letters, as long as a name may be, in the place of each of the names.
LENGTHEN = """names => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let found = 0;
  while (texts.nextNode()) {
    for (const name of names.filter(name => texts.currentNode.data.includes(name))) {
      texts.currentNode.data = texts.currentNode.data.replaceAll(name, "Mākslas".repeat(29).slice(0, 200));
      found++;
    }
  }
  return found;
}"""


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


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_with_a_name_of_one_long_word_is_no_wider_than_the_screen(people, demo, width):
    version = next(row for row in rows(demo.tool, TemplateVersion) if row.status == "published")
    names = [demo.tool.issuer.profile.name, *version.body["name"].values()]
    issuer, achievement = demo.tool.issuer.profile.slug, f"{version.template_id}/{version.version}"
    with people() as darbs:
        for path in ("/", "/verify", f"/issuers/{issuer}", f"/achievements/{achievement}"):
            darbs.page.goto(f"{demo.tool_url}{path}")
            assert darbs.page.evaluate(LENGTHEN, names) > 0
            resize(darbs.page, width, 800)
            assert darbs.page.evaluate(OVERFLOWING) == [], path
