"""An issuer's colour and logo, dark, in between and as light as may be: readable everywhere, and never a verdict."""

import pytest
from playwright.sync_api import expect

from lti_tool.awarding import awards
from lti_tool.demo.robot import Robot
from lti_tool.issuing.baking import bake_badge
from lti_tool.store.models import Award, AwardRule, CredentialRow
from tests.browser.page_checks import find_faults
from tests.browser.people import drop_file
from tests.fixtures import change_issuer, drawn, give_look, rows
from tests.running_demo import wait

DARK, BETWEEN, LIGHT = "#1a1033", "#b65f14", "#767676"
#: The colours that say what a badge is worth, and of what is pressed: none of them is the issuer's.
VERDICT = """() => [".verdict", ".verdict .light", ".verdict + .cert", ".cert a, .button"].map(each => {
  const one = document.querySelector(each);
  return one && [getComputedStyle(one).backgroundColor, getComputedStyle(one).borderTopColor];
})"""
GROUND = """() => [
  getComputedStyle(document.querySelector(".letterhead, .band")).backgroundColor,
  getComputedStyle(document.querySelector(".cert"), "::before").backgroundColor,
]"""
OURS = "rgb(13, 74, 87)"


@pytest.fixture(scope="module")
def badge_id(demo):
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    # The link is seen to be closed before it opens, or nothing is proven.
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    wait(lambda: [award.status for award in rows(demo.tool, Award)] == ["issued"])
    return rows(demo.tool, CredentialRow)[0].id


@pytest.mark.parametrize("accent", [DARK, BETWEEN, LIGHT])
def test_each_colour_can_be_read_on_and_no_verdict_takes_it(people, demo, badge_id, accent):
    red, green, blue = (int(accent[start : start + 2], 16) for start in (1, 3, 5))
    with people() as darbs:
        address = f"{demo.tool_url}/badges/{badge_id}"
        give_look(demo.tool, "#17643a", drawn(colour="green"))
        darbs.page.goto(address)
        expect(darbs.page.locator(".verdict.yes")).to_be_visible()
        verdict = darbs.page.evaluate(VERDICT)
        give_look(demo.tool, accent, drawn((500, 40), accent))
        found = []
        for name, path in {
            "badge": f"/badges/{badge_id}",
            "issuer": "/issuers/riga-college",
            "my": "/my",
        }.items():
            darbs.page.goto(f"{demo.tool_url}{path}")
            expect(darbs.page.locator(".letterhead img")).to_be_visible()
            found += find_faults(darbs, f"look-{accent[1:]}-{name}")
        assert found == []
        darbs.page.goto(address)
        assert darbs.page.evaluate(VERDICT) == verdict
        assert darbs.page.evaluate(GROUND) == [f"rgb({red}, {green}, {blue})"] * 2


def test_a_name_of_one_long_word_is_no_wider_than_the_window(people, demo, badge_id):
    give_look(demo.tool, DARK, drawn((4000, 40)))
    change_issuer(demo.tool, name="x" * 140)
    with people() as darbs:
        darbs.page.goto(f"{demo.tool_url}/issuers/riga-college")
        assert find_faults(darbs, "look-long") == []
        assert darbs.page.locator(".letterhead a").bounding_box()["height"] >= 44
    change_issuer(demo.tool, name="Riga College")


def test_neither_a_verifiers_page_nor_a_revoked_badge_has_the_colour(people, demo, badge_id):
    give_look(demo.tool, "#17643a", drawn(colour="green"))
    with people() as darbs:
        with demo.tool.store.read() as session:
            png = bake_badge(demo.tool.issuer, session.query(CredentialRow).one()).png
        darbs.page.goto(f"{demo.tool_url}/verify")
        drop_file(darbs.page, "badge.png", png)
        expect(darbs.page.locator(".verdict.yes h1")).to_be_visible()
        assert darbs.page.evaluate(GROUND) == [OURS, OURS]
        expect(darbs.page.locator(".letterhead")).to_have_count(0)
        with demo.tool.store.begin() as session:
            awards.revoke(session, session.query(Award).one(), "issued in error", demo.tool.clock())
        darbs.page.goto(f"{demo.tool_url}/badges/{badge_id}")
        expect(darbs.page.locator(".verdict.no")).to_be_visible()
        assert darbs.page.evaluate(GROUND) == [OURS, OURS]
        expect(darbs.page.locator(".letterhead img")).to_be_visible()
