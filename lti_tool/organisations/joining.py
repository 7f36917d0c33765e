"""How somebody comes to sign for an organisation: by a link that opens once, and is completed by a passkey.

The link is made by an operator of the issuer that answers for the organisation, or by somebody who signs for it.
Whoever wants to show a domain needs none: nothing of theirs counts before they have shown it.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from lti_tool.errors import SignInError
from lti_tool.operators import accounts
from lti_tool.organisations import organisations
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import OperatorRow, OrganisationRow
from lti_tool.values import Json, secret_hash

#: It goes to another house, by whatever way the operator likes.
INVITATION_LIFE = timedelta(days=7)
#: From its opening on, in the browser that opened it.
OPEN_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """To sign for the organisation with that id, or for a new one of that `domain`; one of the two is empty.

    `by_member`: the account of the organisation that invites; None where an operator does.
    """

    organisation_id: str = ""
    domain: str = ""
    by_member: int | None = None


def invite(expiring_values: ExpiringValues, organisation_id: str, by_member: int | None = None) -> str:
    """The code of a link by which one further person signs for the organisation."""
    code = secrets.token_urlsafe(32)
    stored = asdict(Joining(organisation_id=organisation_id, by_member=by_member))
    expiring_values.put(_code_key(code), stored, int(INVITATION_LIFE.total_seconds()))
    return code


def of_code(expiring_values: ExpiringValues, code: str) -> Joining | None:
    """What a code that was not opened yet is for; it is not used up."""
    stored = expiring_values.peek(_code_key(code))
    return None if stored is None else Joining(**stored)


def open_invitation(expiring_values: ExpiringValues, code: str) -> str:
    """Uses the code up; the secret of the browser that may now complete it. Raises SignInError `invitation_over`."""
    stored = expiring_values.take(_code_key(code))
    if stored is None:
        raise SignInError("invitation_over", "the code was used, has expired or never was")
    return begin(expiring_values, Joining(**stored))


def begin(expiring_values: ExpiringValues, joining: Joining) -> str:
    """The secret of the browser that may complete it."""
    browser = secrets.token_urlsafe(32)
    expiring_values.put(_opened_key(browser), asdict(joining), int(OPEN_LIFE.total_seconds()))
    return browser


def opened(expiring_values: ExpiringValues, browser: str) -> Joining:
    """What this browser has opened, until it is completed. Raises SignInError `invitation_over`."""
    return _joining(expiring_values.peek(_opened_key(browser)) if browser else None)


def take_opened(expiring_values: ExpiringValues, browser: str) -> Joining:
    """What this browser has opened, which is used up. Raises SignInError `invitation_over`."""
    return _joining(expiring_values.take(_opened_key(browser)) if browser else None)


def holds(session: Session, joining: Joining) -> bool:
    """Whether whoever invites still may: by a link of their own somebody who was removed would come back."""
    if joining.by_member is None:
        return True
    return queries.organisations.membership(session, joining.organisation_id, joining.by_member) is not None


def complete(
    session: Session, joining: Joining, name: str, handle: str, tool_url: str, now: datetime
) -> OperatorRow:
    """A new account with that name and user handle, which signs for the organisation.

    Raises NotFoundError where the organisation is gone, OrganisationError `closed`; SignInError `invitation_over` where
    whoever invites signs for it no more.
    """
    account = accounts.make_account(session, name, handle, now)
    sign_for(session, joining, account.id, tool_url, now)
    return account


def sign_for(
    session: Session, joining: Joining, operator_id: int, tool_url: str, now: datetime
) -> OrganisationRow:
    """Lets the account sign for the organisation, which is made where it is that of a domain. Raises as `complete`."""
    by: Actor = accounts.actor_of(operator_id)
    if joining.domain:
        row = organisations.make_for_domain(session, joining.domain, tool_url, now, by)
    else:
        # Locked: of two who invite and remove at once one waits.
        row = organisations.locked_organisation(session, joining.organisation_id)
        organisations.check_open(row)
        if not holds(session, joining):
            raise SignInError("invitation_over", "whoever invites signs for the organisation no more")
    organisations.join(session, row, operator_id, now)
    return row


def _joining(stored: Json | None) -> Joining:
    if stored is None:
        raise SignInError("invitation_over", "nothing is open in this browser")
    return Joining(**stored)


def _code_key(code: str) -> str:
    return f"organisation-code-{secret_hash(code)}"


def _opened_key(browser: str) -> str:
    return f"organisation-joining-{secret_hash(browser)}"
