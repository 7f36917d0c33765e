"""An organisation that an issuer has invited, with somebody who signs for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lti_tool.operators import accounts
from lti_tool.organisations import endorsements, organisations
from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.store import queries
from lti_tool.store.events import operator
from lti_tool.store.models import TemplateVersion
from lti_tool.wiring import Tool

ROOT_ACCOUNT = operator("root")
SAID = Said(name="Endorsement", comment="Those who have it can work in our laboratory at once.")


@pytest.fixture
def account(tool: Tool) -> int:
    """The number of the account that signs."""
    with tool.store.begin() as session:
        return accounts.make_account(session, "Jānis", accounts.new_handle(), tool.clock()).id


@pytest.fixture
def invited(tool: Tool, account: int) -> str:
    """The id of an organisation that Riga College has invited."""
    now = tool.clock()
    with tool.store.begin() as session:
        issuer = tool.issuer
        row = organisations.make_invited(session, issuer.id, "Baltic Solar", tool.tool_url, now, ROOT_ACCOUNT)
        organisations.join(session, row, account, now)
        return row.id


@pytest.fixture
def endorsed(tool: Tool, published: str) -> Endorsed:
    """The published template."""
    with tool.store.read() as session:
        version = session.scalars(select(TemplateVersion)).one()
    return Endorsed(
        kind="template",
        issuer_id=version.issuer_id,
        subject=tool.issuer.addresses.achievement(version.template_id, version.version),
        template_version_id=version.id,
    )


@pytest.fixture
def about_issuer(tool: Tool) -> Endorsed:
    """Riga College itself."""
    issuer = tool.issuer
    return Endorsed(kind="issuer", issuer_id=issuer.id, subject=issuer.profile.id)


@pytest.fixture
def sign(tool: Tool, invited: str, account: int, endorsed: Endorsed) -> Callable[..., str]:
    """A function that lets the organisation say something; the id of the endorsement."""

    def sign(what: Endorsed = endorsed, said: Said = SAID, organisation: str = invited) -> str:
        with tool.store.begin() as session:
            return endorsements.sign(
                session, tool.issuers, organisation, account, what, said, tool.clock()
            ).id

    return sign


@pytest.fixture
def row_of(tool: Tool) -> Callable:
    """A function that gives the row of an endorsement."""

    def row_of(endorsement_id: str):
        with tool.store.read() as session:
            return queries.organisations.endorsement(session, endorsement_id)

    return row_of
