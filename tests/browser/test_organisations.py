"""An employer is invited, endorses a badge, and answers one that it was shown; each page in each language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lti_tool.organisations import joining, links, organisations
from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.store.events import operator, person
from lti_tool.store.models import Award, EndorsementRow
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import busy, join, with_authenticator
from tests.fixtures import rows

__all__ = ["busy"]

LANGUAGES = ("en", "lv")
ROOT_ACCOUNT = operator("root")
LONG = "Whoever has this badge can begin in our laboratory at once, under supervision. " * 3


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


def invite(demo, name):
    """The id of a new organisation, and the address of an invitation."""
    tool = demo.tool
    with tool.store.begin() as session:
        row = organisations.make_invited(
            session, tool.issuer.id, name, tool.tool_url, tool.clock(), ROOT_ACCOUNT
        )
    code = joining.invite(tool.expiring_values, row.id)
    return row.id, f"{demo.tool_url}/organisations/invitation?code={code}"


def endorse_link(demo, version=None):
    with demo.tool.store.begin() as session:
        token = links.make_link(session, demo.tool.issuer, version, demo.tool.clock(), ROOT_ACCOUNT)
    return f"{demo.tool_url}/organisations/endorse/{token}"


def shared_badge(demo):
    """The token of a link to a badge that takes answers, and the award."""
    tool = demo.tool
    wanted = WantedLink(with_name=True, lifetime=None, takes_answers=True)
    with tool.store.begin() as session:
        award = session.query(Award).order_by(Award.id).first()
        by = person(award.person_id)
        link = share_links.make_link(session, award, wanted, tool.secret_key, tool.clock(), by)
        return share_links.token_of(link, tool.secret_key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_employer_endorses_and_answers(people, demo, busy, language):
    with people(locale=language) as mara:
        with_authenticator(mara)
        page, found = mara.page, []
        organisation_id, invitation = invite(demo, f"Baltic Solar {language}")
        page.goto(f"{invitation}&lang={language}")
        found += find_faults(mara, f"organisation-invitation-{language}")
        page.locator("form[action^='/organisations/invitation'] button").click()
        page.goto(f"{demo.tool_url}/organisations/join?lang={language}")
        found += find_faults(mara, f"organisation-join-{language}")
        page.locator("#name").fill("Māra")
        page.locator("form[data-passkey] button").click()
        expect(page.locator("form[action^='/operator/sign-out']")).to_be_visible()
        address = endorse_link(demo)
        page.goto(f"{address}?lang={language}")
        page.locator("#comment").fill(LONG)
        found += find_faults(mara, f"organisation-endorses-{language}")
        page.locator("form.sheet button").click()
        expect(page.locator(".notice.yes")).to_be_visible()
        token = shared_badge(demo)
        page.goto(f"{demo.tool_url}/shared/{token}?lang={language}")
        found += find_faults(mara, f"shared-badge-to-answer-{language}")
        page.locator("a[href^='/organisations/answer/']").click()
        page.locator("input[value=accepted]").check()
        page.locator("#credits").fill("1,5")
        page.locator("#of").fill("Datu pamati")
        found += find_faults(mara, f"organisation-answers-{language}")
        page.locator("form.sheet button").click()
        expect(page.locator(".notice.yes")).to_be_visible()
        page.locator("details.card summary").click()
        page.locator("#domain").fill("school.example")
        page.locator("form[action^='/organisations/domains'] button").click()
        expect(page.locator("form[action*='/prove']")).to_be_visible()
        found += find_faults(mara, f"organisation-home-{language}")
        page.locator("form[action^='/operator/sign-out'] button").click()
        page.goto(f"{demo.tool_url}/organisations/sign-in?lang={language}")
        found += find_faults(mara, f"organisation-sign-in-{language}")
        page.goto(f"{address}?lang={language}")
        found += find_faults(mara, f"organisation-without-account-{language}")
        assert found == []
    said = [each for each in rows(demo.tool, EndorsementRow) if each.organisation_id == organisation_id]
    assert {each.kind for each in said} == {"issuer", "badge"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_shows_what_was_said(people, demo, busy, language):
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        page = ieva.page
        join(ieva, demo, language)
        page.goto(f"{demo.tool_url}/operator/issuers/riga-college/endorsements?lang={language}")
        page.locator("form[action*='/endorsements/link'] button").click()
        expect(page.locator("#link")).to_be_visible()
        found = find_faults(ieva, f"operator-endorsements-{language}")
        shown = page.locator("form[action*='/endorsements/show'] button")
        if shown.count():
            shown.first.click()
        page.goto(f"{demo.tool_url}/issuers/riga-college?lang={language}")
        found += find_faults(ieva, f"issuer-endorsed-{language}")
        assert found == []
