"""An operator at a browser looks after platforms: each page, with and without scripts, and a self-test that ends."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.platforms import registrations, self_tests
from lti_tool.self_test.results import SelfTest, in_order, not_in_order, untried
from lti_tool.store.models import PlatformSelfTest
from lti_tool.values import NewRegistration
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import LONG, join, with_authenticator
from tests.fixtures import rows
from tests.running_demo import wait

UNBROKEN = "https://" + "x" * 132 + ".example"
FOUND = SelfTest(
    steps=[
        in_order("keys", "keys_given"),
        not_in_order("clock", "platform_clock_differs", {"number": 2, "host": UNBROKEN, "seconds": 90}),
        in_order("token", "token_given"),
        not_in_order("scopes", "platform_grants_less", {"number": 2, "host": UNBROKEN, "scopes": "score"}),
        not_in_order("badge", "badge_lacks", {"elements": "workload, learning_outcomes"}),
        untried("cookies", "cookies_no_launch"),
    ],
    granted=["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"],
    missing=["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo with its LMS registered as platform 1, and one in trouble, whose every word is long, as platform 2."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        Robot(demo.lms_url).register(demo.registration_url)
        wait(lambda: [row.registration_id for row in rows(demo.tool, PlatformSelfTest)] == [1])
        with demo.tool.store.begin() as session:
            new = NewRegistration(
                platform_id=UNBROKEN,
                client_id="c" * 140,
                auth_login_url=f"{UNBROKEN}/login",
                auth_token_url=f"{UNBROKEN}/token",
                jwks_url=f"{UNBROKEN}/keys",
                product="canvas",
                name=LONG,
                deployment_id="d" * 140,
            )
            now = demo.tool.clock()
            registrations.add(session, new, now)
            self_tests.keep(session, 2, FOUND.as_json(), now, is_in_order=False)
        yield demo


def test_the_registration_of_a_platform_has_tested_it(demo):
    (kept,) = (row for row in rows(demo.tool, PlatformSelfTest) if row.registration_id == 1)
    steps = {step["name"]: step["code"] for step in kept.found["steps"]}
    assert steps["keys"] == "keys_given" and steps["token"] == "token_given", kept.found
    assert steps["badge"] == "badge_verified" and kept.is_in_order


def test_the_pages_of_platforms(people, demo):
    with people() as ieva:
        with_authenticator(ieva)
        page = ieva.page
        join(ieva, demo, "en", "Ieva")
        home = f"{demo.tool_url}/operator/issuers/riga-college"
        found = find_faults(ieva, "operator-home-platform-en")
        page.goto(f"{home}/platforms?lang=lv")
        found += find_faults(ieva, "operator-platforms-lv")
        page.goto(f"{home}/platforms?lang=en")
        page.locator("form[action*='/invite'] button").click()
        expect(page.locator("#link")).to_have_value(re.compile("/lti/register"))
        found += find_faults(ieva, "operator-platforms-invited-en")
        for language in ("en", "lv"):
            page.goto(f"{home}/platforms/2?lang={language}")
            found += find_faults(ieva, f"operator-platform-{language}")
        page.goto(f"{home}/platforms/2/sources/canvas_rest?lang=lv")
        page.locator("form[autocomplete] button").click()
        expect(page.locator("#site-wrong")).to_be_visible()
        found += find_faults(ieva, "operator-source-refused-lv")
        page.goto(f"{home}/platforms/1/sources/xapi?lang=en")
        page.locator("form[autocomplete] button").click()
        expect(page.locator("#made-password")).to_be_visible()
        found += find_faults(ieva, "operator-source-made-en")
        page.goto(f"{home}/platforms/add?lang=lv")
        page.locator("main form button").click()
        expect(page.locator("#jwks_url-wrong")).to_be_visible()
        found += find_faults(ieva, "operator-platform-add-lv")
        # By the script the page shows by itself what a self-test has found.
        page.goto(f"{home}/platforms/1?lang=lv")
        page.locator("form[action*='/test'] button").click()
        expect(page.locator("#said")).not_to_be_empty()
        expect(page.locator("#tested .lights > li")).to_have_count(7)
        found += find_faults(ieva, "operator-platform-tested-lv")
        assert found == []


def test_a_self_test_is_followed_by_a_link_without_scripts(people, demo):
    with people() as ieva:
        with_authenticator(ieva)
        join(ieva, demo, "en", "Ieva")
        state = ieva.context.storage_state()
        plain = ieva.context.browser.new_context(java_script_enabled=False, storage_state=state)
        page = plain.new_page()
        page.goto(f"{demo.tool_url}/operator/issuers/riga-college/platforms/1")
        before = rows(demo.tool, PlatformSelfTest)[0].tested_at
        page.locator("form[action*='/test'] button").click()
        wait(lambda: rows(demo.tool, PlatformSelfTest)[0].tested_at > before)
        again = page.locator("#tested a")
        if again.count():
            again.click()
        expect(page.locator("#tested .lights > li")).to_have_count(7)
        plain.close()
