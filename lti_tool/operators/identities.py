"""Which account a provider's identity signs in: by `iss` and `sub` alone. No address of anybody is ever compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lti_tool.errors import SignInError
from lti_tool.operators import accounts
from lti_tool.operators.accounts import actor_of
from lti_tool.operators.openid import Identity
from lti_tool.store import Session, events, queries
from lti_tool.store.models import OperatorIdentity, OperatorRow


def account_of(
    session: Session, identity: Identity, claimed: Mapping[str, Sequence[str]], now: datetime
) -> OperatorRow | None:
    """The account of the identity, with the roles that its claims give now.

    Who has none gets one where the claims give a role; None where they give none.
    """
    row = queries.operators.operator_by_identity(session, identity.iss, identity.sub)
    if row is None:
        if not any(claimed.values()):
            return None
        row = accounts.make_account(session, identity.name, accounts.new_handle(), now)
        _bind(session, row, identity, now)
    if row.disabled_at is None:
        accounts.replace_claimed_roles(session, row, claimed, now)
    return row


def refusal(row: OperatorRow | None) -> str:
    """The code of a SignInError where the account may not sign in by the provider now; empty where it may."""
    if row is None or (row.disabled_at is None and not row.roles):
        return "no_role"
    return "disabled" if row.disabled_at is not None else ""


def bind(session: Session, row: OperatorRow, identity: Identity, now: datetime) -> None:
    """Lets the identity sign in to the account. Raises SignInError `identity_known` where it is that of another one."""
    known = queries.operators.operator_by_identity(session, identity.iss, identity.sub)
    if known is not None and known.id != row.id:
        raise SignInError("identity_known", "the identity signs in to another account")
    if known is None:
        _bind(session, row, identity, now)


def _bind(session: Session, row: OperatorRow, identity: Identity, now: datetime) -> None:
    bound = OperatorIdentity(iss=identity.iss, sub=identity.sub, bound_at=now)
    row.identities.append(bound)
    session.flush()
    # By its number: a `sub` may be a name or an address.
    data = {"identity": bound.id}
    events.record(session, "identity_bound", "operator", row.id, now, actor=actor_of(row.id), data=data)
