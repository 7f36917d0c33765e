"""A learner has badges brought to another place: named, allowed there, brought, lost, connected again, disconnected.

The place is a server of its own. In English everything is done with the keyboard alone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from lti_tool.commands import demo_server
from lti_tool.outgoing import Outgoing
from lti_tool.people.addresses import save_proof
from lti_tool.store import events
from lti_tool.store.models import Award, BroughtBadge, HostAccess, Person
from tests.browser.page_checks import find_faults
from tests.browser.people import tab_to
from tests.browser.server import run_demo
from tests.browser.test_my_badges import activity, mailed_code  # noqa: F401
from tests.fake_host import API, Answer
from tests.fixtures import rows
from tests.running_demo import wait
from tests.served_host import NAME, served_host

ADDRESS = "anna@home.example"
CLOSED = Answer(403, b"", {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, for which the host is a public one."""
    build = demo_server.build_tool

    def build_tool(*arguments: Any, **options: Any) -> Any:
        return replace(build(*arguments, **options), verifier_outgoing=Outgoing(private_hosts=[NAME]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_server, "build_tool", build_tool)
        with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
            yield demo


@pytest.fixture(scope="module")
def host(demo):
    with served_host(demo.tool_url) as host:
        yield host


def sign_in(anna, demo, language):
    """Anna opens her badges, by a code to an address that she has proved."""
    with demo.tool.store.begin() as session:
        award = session.query(Award).join(Award.person).filter(Person.name == "Anna Bērziņa").one()
        award.person.language = language
        save_proof(session, award.person_id, ADDRESS, demo.tool.clock(), events.TOOL)
    page = anna.page
    page.goto(f"{demo.tool_url}/my?lang={language}")
    page.locator("#address").fill(ADDRESS)
    page.locator("form[action^='/my/code'] button").click()
    expect(page.locator("#code")).to_be_visible()
    page.locator("#code").fill(mailed_code(demo))
    page.locator("form[action^='/my/session'] button").click()
    expect(page.locator(".shelf li").first).to_be_visible()


def mails_about(demo):
    return list(Path(demo.tool.mail_folder).glob("host-*.eml"))


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_place_from_its_name_to_its_end(people, demo, host, activity, language):  # noqa: F811
    with people(locale=language) as anna:
        sign_in(anna, demo, language)
        page, found = anna.page, []

        def press(control: Locator) -> None:
            if language == "lv":
                control.click()
                return
            tab_to(anna, control)
            page.keyboard.press("Enter")

        def type_in(address: str) -> None:
            box = page.locator("#address")
            if language == "lv":
                box.fill(address)
            else:
                tab_to(anna, box)
                page.keyboard.type(address)
            press(page.locator("main form button").last)

        press(page.locator("a[href^='/my/places']"))
        expect(page.locator("#address")).to_be_visible()
        found += find_faults(anna, f"places-none-{language}")
        type_in("a b")
        expect(page.locator("#wrong")).to_be_visible()
        found += find_faults(anna, f"places-wrong-{language}")
        page.goto(f"{demo.tool_url}/my/places?lang={language}")
        type_in(host.base)
        onward = page.locator(f"a.button[href^='{host.base}/authorize']")
        expect(onward).to_be_visible()
        found += find_faults(anna, f"place-lead-on-{language}")
        press(onward)
        press(page.get_by_role("button", name="Decline"))
        expect(page.locator("#wrong")).to_be_visible()
        found += find_faults(anna, f"places-declined-{language}")
        press(page.locator("main form button").last)
        press(onward)
        press(page.get_by_role("button", name="Allow"))
        bring = page.locator("form[action*='/bring'] button").first
        expect(bring).to_be_visible()
        found += find_faults(anna, f"place-connected-{language}")
        press(bring)
        wait(lambda: [row.status for row in rows(demo.tool, BroughtBadge)] == ["brought"])
        press(page.locator("#look-again"))
        expect(page.locator(".tag.yes")).to_be_visible()
        found += find_faults(anna, f"place-brought-{language}")
        assert len(host.badges) == 1
        press(page.locator("form[action*='/new'] button"))
        expect(page.locator("#said.yes")).to_be_visible()
        # The host ends the access: she reads that by mail and on the page, and connects it again.
        host.always[f"{API}/credentials"] = CLOSED
        mailed = len(mails_about(demo))
        press(page.locator("form[action*='/bring'] button").first)
        wait(lambda: len(mails_about(demo)) == mailed + 1)
        press(page.locator("#look-again"))
        expect(page.locator(".notice.no")).to_be_visible()
        found += find_faults(anna, f"place-lost-{language}")
        host.always.clear()
        press(page.locator(".notice.no button"))
        press(onward)
        press(page.get_by_role("button", name="Allow"))
        wait(lambda: [row.status for row in rows(demo.tool, BroughtBadge)] == ["brought"])
        press(page.locator("summary").last)
        press(page.locator("form[action*='/stop'] button"))
        expect(page.locator("#said.yes")).to_be_visible()
        found += find_faults(anna, f"places-ended-{language}")
        assert found == []
    assert rows(demo.tool, HostAccess) == []
    host.badges.clear()
