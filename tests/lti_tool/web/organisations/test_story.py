"""The story with two issuers: an employer endorses a badge, a school accepts it, and each sees what is its own."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.store.events import person
from lti_tool.store.models import Award, CredentialRow, EndorsementRow, OrganisationRow, TemplateVersion
from lti_tool.templates.versions import retire
from tests.fixtures import ANNA, complete, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, hidden, text_of
from tests.lti_tool.web.organisations.conftest import ISSUER, MemberAt, link_on
from tests.lti_tool.web.organisations.test_own_domain import DOMAIN, FILE, Site, line_on
from tests.two_issuers import add_awarding_issuer

WORDS = "Whoever has it can steer our ferry."


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def web_tool(web_tool, site):
    return replace(web_tool, verifier_outgoing=site)


def code(tool, text: str, name: str) -> str:
    """What the verifier finds of that."""
    return {check.name: check.code for check in tool.verify_own(text).checks}[name]


def row_of(tool, kind: str) -> EndorsementRow:
    """What was signed last of that kind, and is not withdrawn."""
    with tool.store.read() as session:
        return session.scalars(select(EndorsementRow).filter_by(kind=kind, withdrawn_at=None)).one()


def test_it(app, school, web_tool, platform, course_rule, join, clock, site, tmp_path):
    tool = web_tool
    daugava = add_awarding_issuer(tool)
    with tool.store.read() as session:
        slug = tool.issuers.of(session, daugava.id).profile.slug
        version = session.scalars(select(TemplateVersion).filter_by(template_id=daugava.template_id)).one()
    page = f"/operator/issuers/{slug}/endorsements"

    # Riga College invites an employer; DAUGAVA asks it to endorse the badge that it awards, by a link.
    college, owner = join("owner"), join("owner", daugava.id)
    employer = MemberAt(browser=browser_of(app))
    employer.accept(link_on(college.press(ISSUER, f"{ISSUER}/invite", name="Baltic Ferries")))
    with tool.store.read() as session:
        ferries = session.scalars(select(OrganisationRow.id)).one()
    to_endorse = link_on(owner.press(page, f"{page}/link", version=str(version.id)))
    assert employer.sign(to_endorse, ferries, comment=WORDS).status_code == 303

    # It is DAUGAVA's to show: Riga College, which invited the employer, neither sees it nor shows it.
    assert WORDS in owner.get(page).text and WORDS not in college.get(ISSUER).text
    signed = hidden(owner.get(page), "endorsement")
    assert college.press(ISSUER, f"{ISSUER}/show", endorsement=signed).status_code == 404
    owner.press(page, f"{page}/show", endorsement=signed)
    public = text_of(browser_of(app).get(f"/achievements/{daugava.template_id}/1"))
    assert WORDS in public and "Invited by Riga College" in public

    # Badges of DAUGAVA carry it from now on, and those of Riga College do not.
    complete(tool, platform, course_rule, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        badges = {row.issuer_id: (row.id, row.text) for row in session.query(CredentialRow)}
    carried = {
        issuer: "endorsement" in json.loads(text)["credentialSubject"]["achievement"]
        for issuer, (_id, text) in badges.items()
    }
    assert carried == {tool.issuer.id: False, daugava.id: True}
    report = tool.verify_own(badges[daugava.id][1])
    assert report.verdict == "verified"
    assert {check.name: check.code for check in report.checks}["endorsements"] == "endorsed"

    # Anna shows that badge to a school, which answers as whoever controls its domain.
    with tool.store.begin() as session:
        award = session.scalars(select(Award).filter_by(issuer_id=daugava.id)).one()
        wanted = WantedLink(with_name=True, lifetime=None, takes_answers=True)
        by = person(award.person_id)
        link = share_links.make_link(session, award, wanted, tool.secret_key, tool.clock(), by)
        shared = share_links.token_of(link, tool.secret_key)
    address = f"/organisations/answer/{shared}"
    teacher = MemberAt(browser=browser_of(app))
    teacher.send("/organisations/begin", to=address, domain=DOMAIN)
    teacher.make_account()
    site.files[FILE] = line_on(teacher.get("/organisations"))
    with tool.store.read() as session:
        who = session.scalars(select(OrganisationRow.id).filter_by(domain=DOMAIN)).one()
    answered = teacher.sign(address, who, kind="accepted", credits="3", of="Navigation")
    assert answered.status_code == 303, answered.text

    # Anna was told by a mail of DAUGAVA that there is an answer, and nobody of Riga College was.
    run_due_jobs(tool)
    (file,) = (tmp_path / "mail").glob("answer-*")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    told = mail.get_body(("plain",)).get_content()
    assert ANNA.email in mail["To"] and DOMAIN in told
    assert "Daugava School" in told and "Navigation" not in told and "Riga College" not in told

    # Nobody but Anna sees the answer, until she publishes it.
    words = "Accepted as 3 ECTS of: Navigation"
    pages = (owner, page), (college, ISSUER), (employer, "/organisations"), (teacher, f"/shared/{shared}")
    assert not [address for somebody, address in pages if words in somebody.get(address).text]
    path = f"/lti/app/badges/{badges[daugava.id][0]}/sharing"
    secret = {"_launch": hidden(school.launch(ANNA), "_launch")}
    hers = school.browser.post(path, data=secret)
    assert words in text_of(hers)
    school.browser.post(f"{path}/show-answer", data=secret | {"answer": hidden(hers, "answer")})
    shown = text_of(browser_of(app).get(f"/shared/{shared}"))
    assert f"{words} Signature verified Signed by whoever controls {DOMAIN} on" in shown

    # Somebody may have had the school's key. Its answer counts nowhere, until the school signs the same again.
    keys_page = f"/organisations/{who}/keys"
    kid = hidden(teacher.get(keys_page), "key")
    assert "1 statement that it signed does not count any more" in text_of(
        teacher.act(f"{keys_page}/withdraw", key=kid)
    )
    assert f"{words} Does not count: its key was withdrawn" in text_of(
        browser_of(app).get(f"/shared/{shared}")
    )
    answer = row_of(tool, "badge")
    found = {code(tool, answer.text, "proof"), code(tool, answer.jwt, "proof")}
    assert found == {"signature_holds", "key_revoked_before"}, "of its two forms a key has signed one"
    assert teacher.act("/organisations/sign-again", endorsement=answer.id).status_code == 303
    assert f"{words} Signature verified" in text_of(browser_of(app).get(f"/shared/{shared}"))

    # Neither issuer's operators have seen anything of it: not on pages, not among events.
    for somebody, address in ((owner, page), (college, ISSUER)):
        events_page = address.replace("endorsements", "events")
        assert answer.id not in somebody.get(events_page).text + somebody.get(address).text

    # DAUGAVA retires the version: its old link takes nothing more, also from the employer whose word is there.
    with tool.store.begin() as session:
        retire(session.get(TemplateVersion, version.id), tool.clock())
    assert "no longer offered" in text_of(employer.get(to_endorse))

    # The employer takes its word back: it is shown no more, and the badge that carries it stays genuine.
    employer.act("/organisations/withdraw", endorsement=signed)
    assert WORDS not in browser_of(app).get(f"/achievements/{daugava.template_id}/1").text
    report = tool.verify_own(badges[daugava.id][1])
    assert report.verdict == "verified"
    assert {check.name: check.code for check in report.checks}["endorsements"] == "endorsement_revoked"
