"""Mails as Chromium shows them, and the pages that their links open, in both languages and without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lti_tool.deliveries.award_message import award_mail
from lti_tool.demo.robot import Robot
from lti_tool.mails.html_part import html_part
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.store.models import Award, AwardRule, CredentialRow, IdentityCheckRefusal, MailRefusal
from tests.browser.page_checks import find_faults
from tests.deliveries import BADGE, anna
from tests.fixtures import rows
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
LONG = "x" * 140


@pytest.fixture(scope="module")
def badge_id(demo):
    """The badge of a learner, who has been mailed it."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    # The link is seen to be closed before it opens, or nothing is proven.
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    wait(lambda: [award.status for award in rows(demo.tool, Award)] == ["issued"])
    (row,) = rows(demo.tool, CredentialRow)
    return row.id


def with_look(demo):
    """The issuer with the look of the demo's, and a name that is one long word."""
    logo = f"{demo.tool_url}/issuers/riga-college/logo.png"
    return replace(BADGE.issuer, name=LONG, accent="#7a1f3d", logo_url=logo)


def mails_to_holders(demo):
    return set(Path(demo.tool.mail_folder).glob("identity-*.mail_folder.eml"))


def link_in_new_mail(demo, before):
    """The holder's link in the mail that was not there before, once it is written."""
    wait(lambda: mails_to_holders(demo) - before)
    (path,) = mails_to_holders(demo) - before
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return re.search(r"http://\S+/mail/holder/\S+", mail.get_body(("plain",)).get_content())[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_accessible_and_no_wider_than_its_window(people, demo, language, scheme):
    with people(color_scheme=scheme) as reader:
        for name, badge, person in (
            ("mail", BADGE, anna(language=language)),
            ("mail-long", replace(BADGE, name=LONG), anna(language=language, name=LONG)),
            ("mail-look", replace(BADGE, issuer=with_look(demo)), anna(language=language)),
        ):
            # Without its picture, as most mail programs show it at first.
            mail = award_mail(replace(badge, picture_url=""), person)
            reader.page.set_content(html_part(mail))
            assert find_faults(reader, f"{name}-{scheme}-{language}") == []
            reader.page.set_viewport_size({"width": 320, "height": 700})
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= 320
            button = reader.page.get_by_role("link").first.bounding_box()
            assert button["height"] >= 42


@pytest.mark.parametrize("language", LANGUAGES)
def test_reminders_are_refused_without_scripts(people, demo, badge_id, language):
    (award,) = rows(demo.tool, Award)
    reminded = RemindedPerson(person_id=award.person_id, kind="expiry")
    address = demo.tool.issuer.reminders_url(reminded)
    with people(java_script_enabled=False) as reader:
        reader.page.goto(f"{address}?lang={language}")
        before = reader.page.get_by_role("heading", level=1).inner_text()
        reader.page.get_by_role("main").get_by_role("button").click()
        expect(reader.page.get_by_role("heading", level=1)).not_to_have_text(before)
        assert len(rows(demo.tool, MailRefusal)) == 1
    with people() as reader:
        for kind in ("expiry", "waiting"):
            token = replace(reminded, kind=kind).token(demo.tool.issuers.mail_tokens)
            reader.page.goto(f"{demo.tool.addresses.reminders(token)}?lang={language}")
            assert find_faults(reader, f"reminders-{kind}-{language}") == []
    with people(java_script_enabled=False) as reader:
        reader.page.goto(f"{address}?lang={language}")
        reader.page.get_by_role("main").get_by_role("button").click()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text(before)
        assert rows(demo.tool, MailRefusal) == []


@pytest.mark.parametrize(("language", "scripts"), [("en", False), ("lv", True)])
def test_a_holder_answers_a_visitor_and_scripts_are_not_needed(people, demo, badge_id, language, scripts):
    with people(java_script_enabled=scripts) as visitor, people(java_script_enabled=False) as holder:
        visitor.page.goto(f"{demo.tool.addresses.badge_page(badge_id)}?lang={language}")
        before = mails_to_holders(demo)
        visitor.page.locator("form[action*='/holder'] button").click()
        shown = visitor.page.locator("main strong").inner_text()
        holder.page.goto(f"{link_in_new_mail(demo, before)}?lang={language}")
        assert holder.page.locator("main strong").inner_text() == shown
        address, holders = visitor.page.url, holder.page.url
        with people() as looking:
            for name, url in (("asks", address), ("asked", holders)):
                looking.page.goto(url)
                assert find_faults(looking, f"holder-{name}-{language}") == []
        holder.page.locator("button[value=yes]").click()
        if not scripts:
            visitor.page.locator("a[href*='/holder/']").click()
        expect(visitor.page.locator("main .notice.yes")).to_be_visible()
        with people() as looking:
            for name, url in (("answer", address), ("answered", holders)):
                looking.page.goto(url)
                assert find_faults(looking, f"holder-{name}-{language}") == []
            looking.page.goto(holders)
            looking.page.locator("button[value=never]").click()
            assert find_faults(looking, f"holder-refused-{language}") == []
    # The second language finds a holder who can be asked again.
    with demo.tool.store.begin() as session:
        session.query(IdentityCheckRefusal).delete()
