"""The accounts of operators: made, given roles, disabled. Each act is an event, which has numbers and no names."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.operators.permissions import ROLES, Operator
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import OperatorRole, OperatorRow

NAME_LENGTH = 80
_ACCOUNT = "account:"


def actor_of(operator_id: int) -> Actor:
    """The operator with that account as an actor: other than the account of an operating system, a number of ours."""
    return events.operator(f"{_ACCOUNT}{operator_id}")


def is_account(actor: Actor) -> bool:
    """Whether the actor is an operator with an account, and not one at a command line."""
    return actor.kind == "operator" and actor.id.startswith(_ACCOUNT)


def number_of(actor: Actor) -> int:
    """The number of the account of an actor who is one."""
    return int(actor.id.removeprefix(_ACCOUNT))


def new_handle() -> str:
    """A user handle for the passkeys of a new account."""
    return secrets.token_urlsafe(32)


def make_account(session: Session, name: str, handle: str, now: datetime) -> OperatorRow:
    """A new account, which may do nothing yet. `name` is what they call themselves."""
    row = OperatorRow(handle=handle, name=name[:NAME_LENGTH], created_at=now)
    session.add(row)
    session.flush()
    events.record(session, "operator_joined", "operator", row.id, now, actor=actor_of(row.id))
    return row


def find(session: Session, operator_id: int) -> OperatorRow:
    """The account with that number. Raises NotFoundError."""
    row = queries.operators.operator(session, operator_id)
    if row is None:
        raise NotFoundError(f"there is no operator with number {operator_id}: see `operators list`")
    return row


def give_role(
    session: Session, row: OperatorRow, issuer_id: str, role: str, now: datetime, by: Actor
) -> bool:
    """Gives the operator a role at an issuer; False where they were given it already. Raises NotAllowedError."""
    if role not in ROLES:
        raise NotAllowedError(f"there is no role {role}: there are {', '.join(ROLES)}")
    if _granted(row, issuer_id, role) is not None:
        return False
    given = OperatorRole(issuer_id=issuer_id, role=role, source="granted", given_at=now)
    row.roles.append(given)
    _record_role(session, "role_given", row, given, now, by)
    return True


def take_role(
    session: Session, row: OperatorRow, issuer_id: str, role: str, now: datetime, by: Actor
) -> bool:
    """Takes a role at an issuer that was given to the operator; False where it was not given.

    Raises NotAllowedError for an owner who would take their own: they could not give it back.
    """
    if role == "owner" and by == actor_of(row.id):
        raise NotAllowedError("nobody takes the role of owner from themselves")
    given = _granted(row, issuer_id, role)
    if given is None:
        return False
    row.roles.remove(given)
    session.delete(given)
    _record_role(session, "role_taken", row, given, now, by)
    return True


def replace_claimed_roles(
    session: Session, row: OperatorRow, claimed: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Makes the roles that come from claims those that the provider says now, by issuer; all others are lost."""
    wanted = {(issuer_id, role) for issuer_id, roles in claimed.items() for role in roles}
    by = actor_of(row.id)
    for held in [each for each in row.roles if each.source == "claim"]:
        if (held.issuer_id, held.role) in wanted:
            wanted.remove((held.issuer_id, held.role))
        else:
            row.roles.remove(held)
            session.delete(held)
            _record_role(session, "role_taken", row, held, now, by)
    for issuer_id, role in sorted(wanted):
        given = OperatorRole(issuer_id=issuer_id, role=role, source="claim", given_at=now)
        row.roles.append(given)
        _record_role(session, "role_given", row, given, now, by)


def disable(session: Session, row: OperatorRow, now: datetime, by: Actor) -> None:
    """Disables the account: no session of it opens anything any more. Raises NotAllowedError where it is already."""
    if row.disabled_at is not None:
        raise NotAllowedError(f"operator {row.id} is disabled already")
    row.disabled_at = now
    queries.operators.delete_sessions_of(session, row.id)
    journal.note(session, "operator_disabled", {"operator": row.id}, now)
    events.record(session, "operator_disabled", "operator", row.id, now, actor=by)


def enable(session: Session, row: OperatorRow, now: datetime, by: Actor) -> None:
    """Lets a disabled account sign in again, with the roles that it has. Raises NotAllowedError for any other."""
    if row.disabled_at is None:
        raise NotAllowedError(f"operator {row.id} is not disabled")
    row.disabled_at = None
    journal.note(session, "operator_enabled", {"operator": row.id}, now)
    events.record(session, "operator_enabled", "operator", row.id, now, actor=by)


def erase(session: Session, row: OperatorRow, now: datetime, by: Actor) -> None:
    """Deletes what is kept of a disabled operator: name, ways to sign in, roles. The number stays: events have it.

    Raises NotAllowedError where the account is not disabled.
    """
    if row.disabled_at is None:
        raise NotAllowedError(f"operator {row.id} is not disabled: disable them first")
    empty(session, row)
    journal.note(session, "operator_erased", {"operator": row.id}, now)
    events.record(session, "erased", "operator", row.id, now, actor=by)


def empty(session: Session, row: OperatorRow) -> None:
    """Deletes what is kept of an operator but their number and the handle, which says nothing of them."""
    row.name = ""
    row.identities, row.passkeys, row.roles = [], [], []
    queries.operators.delete_sessions_of(session, row.id)
    queries.operators.delete_mail_address(session, row.id)
    queries.organisations.delete_memberships(session, row.id)


def as_operator(row: OperatorRow, how: str) -> Operator:
    """The operator in a session that began so: what a provider claims holds only where the provider began it.

    Whoever has left the institution would else keep its roles by a passkey.
    """
    roles: dict[str, set[str]] = {}
    for each in row.roles:
        if each.source == "granted" or how == "openid":
            roles.setdefault(each.issuer_id, set()).add(each.role)
    return Operator(id=row.id, name=row.name, roles=roles)


def _granted(row: OperatorRow, issuer_id: str, role: str) -> OperatorRole | None:
    """The row by which the operator was given the role."""
    of_it = (each for each in row.roles if (each.issuer_id, each.role) == (issuer_id, role))
    return next((each for each in of_it if each.source == "granted"), None)


def _record_role(
    session: Session, what: str, row: OperatorRow, role: OperatorRole, now: datetime, by: Actor
) -> None:
    data = {"role": role.role}
    if what == "role_taken":
        taken = data | {"operator": row.id, "issuer": role.issuer_id, "source": role.source}
        journal.note(session, what, taken, now)
    events.record(
        session,
        what,
        "operator",
        row.id,
        now,
        actor=by,
        why=role.source,
        data=data,
        issuer_id=role.issuer_id,
    )
