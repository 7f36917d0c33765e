"""An organisation that an issuer has invited, with somebody who signs for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lti_tool.organisations.endorsements import Endorsed, Said
from lti_tool.store import queries
from lti_tool.store.models import EndorsementRow
from lti_tool.wiring import Tool
from tests import organisations
from tests.organisations import SAID, Employer


@pytest.fixture
def employer(tool: Tool) -> Employer:
    return organisations.invite_employer(tool)


@pytest.fixture
def endorsed(tool: Tool, published: str) -> Endorsed:
    """The published template."""
    return organisations.about_template(tool, published)


@pytest.fixture
def sign(tool: Tool, employer: Employer, endorsed: Endorsed) -> Callable[..., EndorsementRow]:
    """A function that lets the organisation say something; what it has signed."""

    def sign(what: Endorsed = endorsed, said: Said = SAID, by: Employer = employer) -> EndorsementRow:
        signed = organisations.sign(tool, by, what, said)
        with tool.store.read() as session:
            return queries.organisations.endorsement(session, signed)

    return sign
