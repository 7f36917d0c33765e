"""A domain is checked: its DNS and its own web server are asked, outside of any transaction."""

from __future__ import annotations

from lti_tool.organisations import domains, organisations
from lti_tool.store.events import Actor
from lti_tool.store.models import OrganisationRow
from lti_tool.web.current import current_tool
from lti_tool.web.limits import waiting_for_strangers


def check_again(row: OrganisationRow, by: Actor) -> None:
    """Returns where the organisation may sign now: of a domain that was just checked, or invited and not closed.

    Raises DomainError, OrganisationError `closed`; BusyError while as many pages wait for others as may.
    """
    organisations.check_open(row)
    if row.domain:
        prove(row, by)


def prove(row: OrganisationRow, by: Actor) -> None:
    """Checks the domain of the organisation, and notes that it holds the challenge.

    Raises as `check_again`, and NotFoundError where it is gone meanwhile.
    """
    tool = current_tool()
    with waiting_for_strangers():
        # Nobody's private hosts: the domain is a stranger's.
        domains.check_domain(tool.verifier_outgoing, tool.find_texts, row.domain, row.challenge)
    with tool.store.begin() as session:
        found = organisations.locked_organisation(session, row.id)
        organisations.note_proved(session, found, tool.clock(), by)
