"""Those who sign for organisations, at browsers of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.store.models import EndorsementRow, OrganisationRow, TemplateVersion
from tests.lti_tool.web.conftest import browser_of, hidden
from tests.lti_tool.web.operator.conftest import OperatorAt, invited, join, new_browser, options_of

__all__ = ["invited", "join", "new_browser"]

ISSUER = "/operator/issuers/riga-college/endorsements"


@dataclass(kw_only=True)
class MemberAt(OperatorAt):
    """Somebody who signs for an organisation, at a browser of their own."""

    def accept(self, link: str, name: str = "Māra") -> TestResponse:
        """What comes once the invitation of that link is opened, and a passkey is made."""
        opened = self.send("/organisations/invitation", code=link.partition("code=")[2])
        assert (opened.status_code, opened.location) == (303, "/organisations/join"), opened.text
        return self.make_account(name)

    def make_account(self, name: str = "Māra") -> TestResponse:
        answer = self.authenticator.create(options_of(self.get("/organisations/join")))
        return self.send("/organisations/join", answer=answer, name=name)

    def sign_in_as_member(self, to: str = "/organisations") -> TestResponse:
        answer = self.authenticator.get(options_of(self.get(f"/organisations/sign-in?to={to}")))
        return self.send("/organisations/sign-in", answer=answer, to=to)

    def act(self, address: str, /, **form: str) -> TestResponse:
        """A form of the member's own page."""
        return self.send(address, _form=hidden(self.get("/organisations"), "_form"), **form)

    def sign(self, address: str, organisation_id: str, /, **form: str) -> TestResponse:
        """The form of an offer, signed for the organisation."""
        secret = hidden(self.get("/organisations"), "_form")
        return self.send(address, _form=secret, organisation=organisation_id, **form)


def link_on(page: TestResponse) -> str:
    """The link that a page shows once, as an address of the site."""
    found = re.search(r'id="link"[^>]* value="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1]).removeprefix("https://badges.example.org")


@pytest.fixture
def member(app) -> MemberAt:
    """Somebody at a browser, who signs for nobody yet."""
    return MemberAt(browser=browser_of(app))


@pytest.fixture
def owner(join) -> OperatorAt:
    """An owner of Riga College, signed in."""
    return join("owner")


@pytest.fixture
def employer(owner: OperatorAt, member: MemberAt) -> MemberAt:
    """Somebody who signs for an organisation that Riga College has invited."""
    link = link_on(owner.press(ISSUER, f"{ISSUER}/invite", name="Baltic Solar"))
    joined = member.accept(link)
    assert (joined.status_code, joined.location) == (303, "/organisations")
    return member


@pytest.fixture
def organisation_id(web_tool, employer) -> str:
    """The id of the employer's organisation."""
    with web_tool.store.read() as session:
        return session.scalars(select(OrganisationRow.id)).one()


@pytest.fixture
def to_endorse(web_tool, owner, published) -> str:
    """The address of a link to endorse the published template."""
    with web_tool.store.read() as session:
        version = session.scalars(select(TemplateVersion.id)).one()
    return link_on(owner.press(ISSUER, f"{ISSUER}/link", version=str(version)))


@pytest.fixture
def endorsements(web_tool) -> Callable[[], list[EndorsementRow]]:
    """A function that gives all endorsements, oldest first."""

    def endorsements() -> list[EndorsementRow]:
        with web_tool.store.read() as session:
            return list(session.scalars(select(EndorsementRow).order_by(EndorsementRow.signed_at)))

    return endorsements
