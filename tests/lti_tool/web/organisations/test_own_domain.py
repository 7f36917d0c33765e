"""Somebody without an invitation shows a domain, and is asked for it anew each time that they sign."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from requests.structures import CaseInsensitiveDict
from sqlalchemy import select

from lti_tool.organisations.organisations import UNPROVED_LIFE, forget_unproved
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.store.models import OperatorRow, OrganisationRow
from tests.fixtures import rows
from tests.lti_tool.web.conftest import browser_of, every_place_taken, text_of
from tests.lti_tool.web.organisations.conftest import MemberAt

DOMAIN = "school.example"
FILE = f"https://{DOMAIN}/.well-known/nozimite.txt"


class Site(Outgoing):
    """Text files by their addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}

    def request(self, method, url, **_):
        found = url in self.files
        headers = CaseInsensitiveDict({"Content-Type": "text/plain"})
        body = self.files.get(url, "").encode()
        return HttpResponse(status=200 if found else 404, headers=headers, body=body, url=url)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def web_tool(web_tool, site):
    return replace(web_tool, verifier_outgoing=site)


@pytest.fixture
def newcomer(app, to_endorse):
    """Somebody who has a link, made an account, and named a domain that does not show anything yet."""
    member = MemberAt(browser=browser_of(app))
    begun = member.send("/organisations/begin", to=to_endorse, domain=f"https://{DOMAIN.upper()}/")
    assert (begun.status_code, begun.location) == (303, "/organisations/join")
    assert member.make_account("Oskars").location == "/organisations"
    return member


def line_on(page) -> str:
    return re.search(r"nozimite=[\w-]+", page.text)[0]


def own_id(tool) -> str:
    with tool.store.read() as session:
        return session.scalars(select(OrganisationRow.id)).one()


def test_they_sign_as_whoever_controls_it(
    newcomer, site, to_endorse, endorsements, web_tool, owner, browser, school
):
    own = newcomer.get("/organisations")
    who = own_id(web_tool)
    assert newcomer.sign(to_endorse, who, comment="Good.").status_code == 200
    assert "There is no such file yet" in text_of(newcomer.act(f"/organisations/{who}/prove"))
    site.files[FILE] = line_on(own)
    assert newcomer.act(f"/organisations/{who}/prove").location == "/organisations?proved=yes&lang=en"
    assert newcomer.sign(to_endorse, who, comment="Good.").status_code == 303
    (row,) = endorsements()
    page = "/operator/issuers/riga-college/endorsements"
    owner.press(page, f"{page}/show", endorsement=row.id)
    text = text_of(browser.get(f"/achievements/{school.badge}/1"))
    assert f"Signed by whoever controls {DOMAIN} on" in text
    assert "Nothing else is known of them." in text


def test_a_domain_that_was_lost_signs_nothing(newcomer, site, to_endorse, endorsements, web_tool):
    who = own_id(web_tool)
    site.files[FILE] = line_on(newcomer.get("/organisations"))
    newcomer.act(f"/organisations/{who}/prove")
    del site.files[FILE]
    assert "There is no such file yet" in text_of(newcomer.sign(to_endorse, who, comment="Good."))
    site.files[FILE] = "nozimite=of-whoever-has-it-now"
    assert "does not have the line" in text_of(newcomer.sign(to_endorse, who, comment="Good."))
    assert endorsements() == []


def test_the_line_of_another_is_of_no_use(newcomer, app, to_endorse, site, web_tool, endorsements):
    """Whoever reads the line in the file of a school shows nothing by it."""
    site.files[FILE] = line_on(newcomer.get("/organisations"))
    thief = MemberAt(browser=browser_of(app))
    thief.send("/organisations/begin", to=to_endorse, domain=DOMAIN)
    thief.make_account("Eve")
    with web_tool.store.read() as session:
        found = session.scalars(select(OrganisationRow).order_by(OrganisationRow.created_at)).all()
        (theirs,) = [each for each in found if each.challenge in thief.get("/organisations").text]
    assert "does not have the line" in text_of(thief.act(f"/organisations/{theirs.id}/prove"))
    assert thief.sign(to_endorse, theirs.id, comment="Bad.").status_code == 200
    other = next(each for each in found if each.id != theirs.id)
    assert thief.act(f"/organisations/{other.id}/prove").status_code == 404
    assert thief.sign(to_endorse, other.id, comment="Bad.").status_code == 404
    assert endorsements() == []


def test_the_dns_is_asked_first(newcomer, site, app, web_tool, to_endorse):
    from lti_tool.web.current import install

    line = line_on(newcomer.get("/organisations"))
    install(app, replace(web_tool, find_texts=lambda name: [line] if name == f"_nozimite.{DOMAIN}" else []))
    assert newcomer.act(f"/organisations/{own_id(web_tool)}/prove").status_code == 303


def test_nobody_begins_without_a_link(member, web_tool, annas_badge):
    before = len(rows(web_tool, OperatorRow))
    for to in (
        "",
        "/organisations",
        "/organisations/endorse/x",
        "/organisations/answer/x",
        "https://evil.example",
    ):
        assert member.send("/organisations/begin", to=to, domain=DOMAIN).status_code == 404, to
    assert member.get("/organisations/join").status_code == 403
    assert len(rows(web_tool, OperatorRow)) == before and rows(web_tool, OrganisationRow) == []


def test_what_is_no_domain_is_said(member, to_endorse, newcomer):
    assert "This is no domain." in text_of(
        member.send("/organisations/begin", to=to_endorse, domain="localhost")
    )
    assert "This is no domain." in text_of(newcomer.act("/organisations/domains", domain="127.0.0.1"))


def test_it_waits_for_strangers_like_other_pages(newcomer, web_tool):
    with every_place_taken():
        assert newcomer.act(f"/organisations/{own_id(web_tool)}/prove").status_code == 503


def test_one_that_shows_nothing_for_a_month_is_forgotten(newcomer, employer, web_tool, clock):
    """With the name of whoever came for that alone; those who sign for something else stay."""
    before = {row.id: row.name for row in rows(web_tool, OperatorRow)}

    def forget() -> int:
        with web_tool.store.begin() as session:
            return forget_unproved(session, clock(), 10)

    clock.advance(days=UNPROVED_LIFE.days)
    assert forget() == 0
    clock.advance(minutes=1)
    assert (forget(), forget()) == (1, 0)
    assert [row.name for row in rows(web_tool, OrganisationRow)] == ["Baltic Solar"]
    after = {row.id: row.name for row in rows(web_tool, OperatorRow)}
    gone = [number for number in before if before[number] != after[number]]
    assert [(before[number], after[number]) for number in gone] == [("Oskars", "")]
    assert newcomer.get("/organisations").status_code == 303
