"""An organisation that an issuer has invited, and what it has signed, without pages."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.operators import accounts
from lti_tool.organisations import endorsements, links, organisations
from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.store import queries
from lti_tool.store.events import operator
from lti_tool.store.models import TemplateVersion
from lti_tool.wiring import Tool

ROOT_ACCOUNT = operator("root")
SAID = Said(
    name="Endorsement of: Data Literacy", comment="Those who have it can work in our laboratory at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """An organisation by its id, and the number of the account that signs for it."""

    organisation_id: str
    account: int


def invite_employer(tool: Tool, name: str = "Baltic Solar") -> Employer:
    """An organisation that the first issuer has invited, with an account that signs for it."""
    now = tool.clock()
    with tool.store.begin() as session:
        account = accounts.make_account(session, "Māra", accounts.new_handle(), now)
        row = organisations.make_invited(session, tool.issuer.id, name, tool.tool_url, now, ROOT_ACCOUNT)
        organisations.join(session, row, account.id, now)
        return Employer(organisation_id=row.id, account=account.id)


def about_template(tool: Tool, template_id: str) -> Endorsed:
    """The published version of a template, to be endorsed."""
    with tool.store.read() as session:
        version = session.query(TemplateVersion).filter_by(template_id=template_id, status="published").one()
        issuer = tool.issuers.of(session, version.issuer_id)
    return links.endorsed_template(issuer, version)


def about_issuer(tool: Tool) -> Endorsed:
    """The first issuer, to be endorsed."""
    issuer = tool.issuer
    return Endorsed(kind="issuer", issuer_id=issuer.id, subject=issuer.profile.id)


def sign(tool: Tool, employer: Employer, endorsed: Endorsed, said: Said = SAID) -> str:
    """The id of an endorsement that the employer has just signed."""
    with tool.store.begin() as session:
        row = endorsements.sign(
            session, tool.issuers, employer.organisation_id, employer.account, endorsed, said, tool.clock()
        )
        return row.id


def show(tool: Tool, endorsement_id: str) -> None:
    """Lets everybody see an endorsement."""
    with tool.store.begin() as session:
        row = queries.organisations.endorsement(session, endorsement_id)
        endorsements.show(session, row, tool.clock(), ROOT_ACCOUNT)


def withdraw(tool: Tool, endorsement_id: str) -> None:
    """Withdraws an endorsement."""
    with tool.store.begin() as session:
        row = queries.organisations.endorsement(session, endorsement_id)
        endorsements.withdraw(session, row, tool.clock(), ROOT_ACCOUNT)


def link_to_endorse(tool: Tool) -> str:
    """The token of a link to endorse the first issuer."""
    with tool.store.begin() as session:
        return links.make_link(session, tool.issuer, None, tool.clock(), ROOT_ACCOUNT)
