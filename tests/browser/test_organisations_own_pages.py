"""The own pages of those who sign for organisations, and where what they said is read: each in its states."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lti_tool.organisations import endorsements, links
from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.organisations.members import members_of
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.events import person
from lti_tool.store.models import Award, OrganisationRow, TemplateVersion
from lti_tool.templates import versions
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.browser.page_checks import find_faults, is_looked_at
from tests.browser.server import run_demo
from tests.browser.test_operators import busy, with_authenticator
from tests.browser.test_organisations import LANGUAGES, LONG, ROOT_ACCOUNT, endorse_link, invite, shared_badge
from tests.fixtures import publish

__all__ = ["busy"]

ADDRESS = "anna@home.example"
NAME = "Baltijas Saules enerģijas un viedo tīklu uzņēmums"
ANSWERED = (
    "Ieskaitīts kā 1,5 ECTS: " + "Atjaunojamā enerģija un tās izmantošana Latvijas lauku saimniecībās " * 2
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


def open_account(mara, demo, invitation, language):
    """Makes Māra's account at an organisation."""
    with_authenticator(mara)
    page = mara.page
    page.goto(f"{invitation}&lang={language}")
    page.locator("form[action^='/organisations/invitation'] button").click()
    page.goto(f"{demo.tool_url}/organisations/join?lang={language}")
    page.locator("#name").fill("Māra")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("form[action^='/operator/sign-out']")).to_be_visible()


def sign(session, demo, who, endorsed, comment):
    """What the only account of the organisation has signed, shown to everybody."""
    tool = demo.tool
    row = session.get(OrganisationRow, who)
    account = members_of(session, row)[0].id
    said = Said(name="Atbalsta apliecinājums: Datu pratība", comment=comment)
    made = endorsements.sign(session, tool.issuers, who, account, endorsed, said, tool.clock())
    endorsements.show(session, made, tool.clock(), ROOT_ACCOUNT)
    return made


def endorse_badge(demo, who):
    """The employer endorses the badge that was awarded, and answers Anna's; both are shown."""
    tool = demo.tool
    with tool.store.begin() as session:
        award = session.query(Award).order_by(Award.id).first()
        issuer = tool.issuers.of(session, award.issuer_id)
        sign(session, demo, who, links.endorsed_template(issuer, award.template_version), LONG)
        address = issuer.addresses.credential(award.credential.id)
        about = Endorsed(kind="badge", issuer_id=issuer.id, subject=address, award_id=award.id)
        sign(session, demo, who, about, ANSWERED)
        return award.template_id, award.template_version.version, award.credential.id


def look(mara, found, name, language):
    """Adds what is wrong with the page of that state, in the languages in which it is looked at."""
    if is_looked_at(name, language):
        found.extend(find_faults(mara, f"{name}-{language}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_is_said(people, demo, busy, language):
    with people(locale=language) as mara:
        _who, invitation = invite(demo, f"{NAME} {language}")
        open_account(mara, demo, invitation, language)
        page, found = mara.page, []
        # A domain that shows nothing: the page says what to do, and then what was found.
        page.goto(f"{demo.tool_url}/organisations?lang={language}")
        page.locator("details.card summary").click()
        page.locator("#domain").fill("a-rather-long-name-of-a-school-for-everybody.invalid")
        page.locator("form[action^='/organisations/domains'] button").click()
        page.locator("form[action*='/prove'] button").click()
        expect(page.locator(".notice.no")).to_be_visible()
        look(mara, found, "organisation-domain-not-shown", language)
        # What is missing is marked, in the form that was sent.
        page.goto(f"{demo.tool_url}/organisations/answer/{shared_badge(demo)}?lang={language}")
        page.locator("input[value=accepted]").check()
        page.locator("input[name=organisation]").first.check()
        page.locator("#credits").fill("0,25")
        page.locator("form.sheet button").click()
        expect(page.locator("#credits[aria-invalid=true]")).to_be_visible()
        look(mara, found, "organisation-answer-incomplete", language)
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_and_members(people, demo, busy, language):
    with people(locale=language) as mara:
        who, invitation = invite(demo, f"{NAME} {language}")
        open_account(mara, demo, invitation, language)
        page, found = mara.page, []
        template_id, version, _badge = endorse_badge(demo, who)
        page.goto(f"{demo.tool_url}/organisations/{who}/members?lang={language}")
        page.locator("form[action*='/members/invite'] button").click()
        expect(page.locator("#link")).to_be_visible()
        look(mara, found, "organisation-members", language)
        page.goto(f"{demo.tool_url}/achievements/{template_id}/{version}?lang={language}")
        expect(page.locator("#endorsed-by")).to_be_visible()
        look(mara, found, "template-endorsed", language)
        # A key is withdrawn: what it signed waits to be signed again.
        page.goto(f"{demo.tool_url}/organisations/{who}/keys?lang={language}")
        page.locator("details summary").first.click()
        page.locator("form[action*='/keys/withdraw'] button").first.click()
        expect(page.locator(".notice.unsure")).to_be_visible()
        look(mara, found, "organisation-keys", language)
        page.goto(f"{demo.tool_url}/organisations/{who}/signed?lang={language}")
        look(mara, found, "organisation-signed", language)
        page.locator("form[action*='/sign-again'] button").first.click()
        expect(page.locator(".notice.yes")).to_be_visible()
        page.goto(f"{demo.tool_url}/organisations?lang={language}")
        look(mara, found, "organisation-home-to-sign-again", language)
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_learner_and_whoever_they_show_it_read_the_answer(people, demo, busy, language):
    tool = demo.tool
    token = shared_badge(demo)
    with tool.store.begin() as session:
        award = session.query(Award).order_by(Award.id).first()
        now, by = tool.clock(), person(award.person_id)
        addresses.save_proof(session, award.person_id, ADDRESS, now, by)
        opened = learner_sessions.start_session(session, ADDRESS, now)
        badge = award.credential.id
    with people(locale=language) as anna, people(locale=language) as darbs:
        # Its prefix asks for https; a browser sends it to this machine all the same.
        address = demo.tool_url.replace("http://", "https://")
        anna.context.add_cookies([{"name": SESSION_COOKIE, "value": opened, "url": address, "secure": True}])
        page, found = anna.page, []
        page.goto(f"{demo.tool_url}/my/badges/{badge}?lang={language}")
        expect(page.locator("#answers")).to_be_visible()
        found += find_faults(anna, f"learner-answers-{language}")
        darbs.page.goto(f"{demo.tool_url}/shared/{token}?lang={language}")
        expect(darbs.page.locator("#endorsed-by, blockquote").first).to_be_visible()
        found += find_faults(darbs, f"shared-badge-answered-{language}")
        document = darbs.page.locator("a[href^='/endorsements/']").first.get_attribute("href")
        darbs.page.goto(f"{demo.tool_url}{document}?lang={language}")
        found += find_faults(darbs, f"endorsement-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_link_says_why_nothing_is_signed(people, demo, busy, language):
    tool = demo.tool
    template_id = publish(tool)
    with tool.store.begin() as session:
        version = session.query(TemplateVersion).filter_by(template_id=template_id).one()
    address = endorse_link(demo, version)
    with tool.store.begin() as session:
        versions.retire(session.get(TemplateVersion, version.id), tool.clock())
    with people(locale=language) as mara:
        mara.expects_http_errors = True
        mara.page.goto(f"{address}?lang={language}")
        expect(mara.page.locator("h1")).to_be_visible()
        assert find_faults(mara, f"organisation-refused-{language}") == []
