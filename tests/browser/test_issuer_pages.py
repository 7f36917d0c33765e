"""An owner changes the settings of an issuer in a browser: each page in each language, with long words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lti_tool.store import queries
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.fixtures import drawn

LONG = "Ļ" + "o" * 139


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


def test_an_owner_changes_the_issuer(people, demo, tmp_path):
    """What is changed in the first language is looked at in the second, too; saving needs no scripts."""
    with people(locale="en") as ieva:
        with_authenticator(ieva)
        page, found = ieva.page, join(ieva, demo, "en", "Ieva")
        home = f"{demo.tool_url}/operator/issuers/riga-college"

        page.goto(f"{home}/profile")
        found += find_faults(ieva, "issuer-profile-en")
        page.locator("[id='/email']").fill("nobody")
        page.locator(".actions button").first.click()
        expect(page.locator("[id='wrong:/email']")).to_contain_text("Enter an e-mail address")
        found += find_faults(ieva, "issuer-profile-wrong-en")
        page.locator("[id='/email']").fill("hello@riga-college.example")
        page.locator("[id='/street']").fill(LONG)
        page.locator(".actions button").first.click()
        expect(page.locator("form[action*='/profile/confirm'] button")).to_be_visible()
        found += find_faults(ieva, "issuer-to-confirm-en")
        page.goto(f"{page.url.partition('?')[0]}?lang=lv")
        found += find_faults(ieva, "issuer-to-confirm-lv")
        page.locator("form[action*='/profile/confirm'] button").click()
        expect(page.locator("form[action*='/profile/confirm']")).to_have_count(0)
        assert demo.tool.issuer.confirmed_by.startswith("operator:")

        with people(java_script_enabled=False) as without:
            without.context.add_cookies(ieva.context.cookies())
            without.page.goto(f"{home}/rules?lang=en")
            without.page.locator("[id='/privacy/awards_years']").fill("40")
            without.page.locator(".editor-fields .actions button").click()
            expect(without.page.locator(".notice.yes")).to_be_visible()
            assert demo.tool.issuer.privacy.awards_years == 40

        page.goto(f"{home}/accreditations/new?lang=en")
        found += find_faults(ieva, "issuer-accreditation-en")
        page.locator("[id='/code']").select_option("internal")
        page.locator("[id='/agency/en']").fill(LONG)
        page.locator("[id='/valid_until']").fill("2026-12-20")
        page.locator(".editor-fields .actions button").click()
        expect(page.locator("form[action*='/profile/confirm'] button")).to_be_visible()

        page.goto(f"{home}/look?lang=en")
        page.locator("[id='/look/accent']").fill("#ffee00")
        page.locator("button[name='show']").click()
        expect(page.locator("[id='wrong:/look/accent']")).to_contain_text("The nearest that carries them")
        found += find_faults(ieva, "issuer-look-wrong-en")
        page.locator("[id='/look/accent']").fill("#7a1f3d")
        page.locator("button[name='show']").click()
        expect(page.locator(".letterhead-preview rect[fill='#7a1f3d']")).to_be_visible()
        page.locator("form[action*='/look?'] .actions button").first.click()
        (tmp_path / "logo.png").write_bytes(drawn((600, 200)))
        page.locator("#file").set_input_files(tmp_path / "logo.png")
        page.locator("form[enctype] button").click()
        expect(page.locator(".letterhead-preview img")).to_have_count(1)
        found += find_faults(ieva, "issuer-look-en")

        page.goto(f"{home}/mails?lang=en")
        page.locator("[id='/mail/opening/en']").fill("Well done, {learner}! " + LONG)
        page.locator("[id='/mail/closing/lv']").fill("Uz tikšanos: {issuer}")
        page.locator("button[name='show']").click()
        expect(page.locator(".mail-preview").first).to_contain_text("Well done, Anna Bērziņa!")
        found += find_faults(ieva, "issuer-mails-en")
        page.locator(".editor-fields .actions button").first.click()
        expect(page.locator(".notice.yes")).to_be_visible()

        page.goto(f"{home}/authority?lang=en")
        page.locator("button[value='/authority/awarding_bodies']").click()
        expect(page.locator("[id='/authority/awarding_bodies/0']")).to_be_visible()
        found += find_faults(ieva, "issuer-authority-en")
        page.goto(f"{home}/keys?lang=en")
        page.locator("form[action*='/keys/rotate'] button").first.click()
        expect(page.locator(".notice.yes")).to_be_visible()
        found += find_faults(ieva, "issuer-keys-en")
        for name in ("profile", "accreditations", "accreditations/1", "look", "mails", "authority", "rules"):
            page.goto(f"{home}/{name}?lang=lv")
            found += find_faults(ieva, f"issuer-{name.replace('/', '-')}-lv")
        for name in ("declarations", "keys"):
            page.goto(f"{home}/{name}?lang=lv")
            found += find_faults(ieva, f"issuer-{name}-lv")
        with demo.tool.store.read() as session:
            newest = queries.issuers.newest_version(session, demo.tool.issuer.id)
            assert newest.body["mail"]["closing"] == {"lv": "Uz tikšanos: {issuer}"}
        assert found == []
