"""The accounts that sign for an organisation: who they are, and that one of them signs for it no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.operators import accounts
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import OperatorRow, OrganisationRow


def members_of(session: Session, row: OrganisationRow) -> Sequence[OperatorRow]:
    """The accounts that sign for the organisation, those that came first before others."""
    return queries.organisations.members(session, row.id)


def remove(session: Session, row: OrganisationRow, operator_id: int, now: datetime, by: Actor) -> None:
    """Ends that the account signs for the organisation; what it signed stays, as it is the organisation's.

    An account that has nothing else here is forgotten. The organisation is to be locked, so that of two who remove each
    other one stays. Raises NotFoundError for an account that does not sign for it, NotAllowedError for the last one.
    """
    membership = queries.organisations.membership(session, row.id, operator_id)
    if membership is None:
        raise NotFoundError("the account signs for no such organisation")
    if len(members_of(session, row)) == 1:
        raise NotAllowedError("somebody has to be left who can withdraw what was signed")
    session.delete(membership)
    session.flush()
    noted = {"organisation": row.id, "operator": operator_id}
    journal.note(session, "member_removed", noted, now)
    events.record(
        session,
        "organisation_left",
        "organisation",
        row.id,
        now,
        actor=by,
        data={"operator": operator_id},
        issuer_id=row.issuer_id,
    )
    forget_without_use(session, session.get_one(OperatorRow, operator_id), now)


def forget_without_use(session: Session, account: OperatorRow, now: datetime) -> None:
    """Deletes name and passkeys of an account that has no role, and signs for nobody; any other stays as it is."""
    if account.roles or queries.organisations.of_member(session, account.id):
        return
    if account.disabled_at is None:
        accounts.disable(session, account, now, TOOL)
    accounts.erase(session, account, now, TOOL)
