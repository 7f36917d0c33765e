"""Invitations: a link that opens once, within 15 minutes, and makes an account, or gives one a further way to sign in.

The first operator is invited by a command. What the link has opened is kept for the browser that opened it, until a
passkey or a sign-in at the provider completes it: once.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from lti_tool.errors import NotAllowedError, SignInError
from lti_tool.operators import accounts
from lti_tool.operators.permissions import ROLES, may
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.store import Session, events
from lti_tool.store.events import Actor
from lti_tool.store.models import OperatorRow
from lti_tool.values import secret_hash

INVITATION_LIFE = timedelta(minutes=15)

_SECONDS = int(INVITATION_LIFE.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """To hold `role` at the issuer; `operator_id` is that of an account that has lost its way in, else None.

    `by_kind` and `by_id`: the actor who invites.
    """

    issuer_id: str
    role: str
    operator_id: int | None
    by_kind: str
    by_id: str

    @property
    def by(self) -> Actor:
        """Who invites."""
        return Actor(kind=self.by_kind, id=self.by_id)  # type: ignore[arg-type]


def invite(expiring_values: ExpiringValues, issuer_id: str, role: str, by: Actor) -> str:
    """The code of a link that makes an account with that role. Raises NotAllowedError for an unknown role."""
    if role not in ROLES:
        raise NotAllowedError(f"there is no role {role}: there are {', '.join(ROLES)}")
    return _put(expiring_values, _invitation(issuer_id, role, None, by))


def invite_back(expiring_values: ExpiringValues, row: OperatorRow, by: Actor) -> str:
    """The code of a link that gives the account a further way to sign in. Raises NotAllowedError for a disabled one."""
    if row.disabled_at is not None:
        raise NotAllowedError(f"operator {row.id} is disabled")
    return _put(expiring_values, _invitation("", "", row.id, by))


def record_invitation(session: Session, invitation: Invitation, now: datetime) -> None:
    """Records that somebody was invited."""
    about = invitation.operator_id or ""
    data = {"role": invitation.role} if invitation.role else {}
    events.record(
        session,
        "operator_invited",
        "operator",
        about,
        now,
        actor=invitation.by,
        data=data,
        issuer_id=invitation.issuer_id or None,
    )


def of_code(expiring_values: ExpiringValues, code: str) -> Invitation | None:
    """The invitation of a code that was not opened yet; it is not used up."""
    stored = expiring_values.peek(_code_key(code))
    return None if stored is None else Invitation(**stored)


def open_invitation(expiring_values: ExpiringValues, code: str) -> str:
    """Uses the code up; the secret of the browser that may now complete it. Raises SignInError `invitation_over`."""
    stored = expiring_values.take(_code_key(code))
    if stored is None:
        raise SignInError("invitation_over", "the code was used, has expired or never was")
    browser = secrets.token_urlsafe(32)
    expiring_values.put(_opened_key(browser), stored, _SECONDS)
    return browser


def opened(expiring_values: ExpiringValues, browser: str) -> Invitation | None:
    """The invitation that this browser has opened, until it is completed."""
    stored = expiring_values.peek(_opened_key(browser)) if browser else None
    return None if stored is None else Invitation(**stored)


def take_opened(expiring_values: ExpiringValues, browser: str) -> Invitation:
    """The invitation that this browser has opened, which is used up. Raises SignInError `invitation_over`."""
    stored = expiring_values.take(_opened_key(browser)) if browser else None
    if stored is None:
        raise SignInError("invitation_over", "no invitation is open in this browser")
    return Invitation(**stored)


def complete(session: Session, invitation: Invitation, name: str, handle: str, now: datetime) -> OperatorRow:
    """The account that the invitation makes, with that name and user handle, or is for.

    Raises SignInError: `disabled` where it was disabled meanwhile, `invitation_over` where an operator has invited who
    could not do so now.
    """
    if invitation.operator_id is not None:
        row = accounts.find(session, invitation.operator_id)
        if row.disabled_at is not None:
            raise SignInError("disabled", "the account was disabled")
        return row
    if not _may_still_invite(session, invitation):
        raise SignInError("invitation_over", "whoever has invited may do so no more")
    row = accounts.make_account(session, name, handle, now)
    accounts.give_role(session, row, invitation.issuer_id, invitation.role, now, invitation.by)
    return row


def _may_still_invite(session: Session, invitation: Invitation) -> bool:
    """Else somebody whose role is being taken would leave a way in behind, for a quarter of an hour."""
    if not accounts.is_account(invitation.by):
        return True
    row = accounts.find(session, accounts.number_of(invitation.by))
    inviter = accounts.as_operator(row, "openid")
    return row.disabled_at is None and may(inviter, invitation.issuer_id, "manage_operators")


def _invitation(issuer_id: str, role: str, operator_id: int | None, by: Actor) -> Invitation:
    return Invitation(issuer_id=issuer_id, role=role, operator_id=operator_id, by_kind=by.kind, by_id=by.id)


def _put(expiring_values: ExpiringValues, invitation: Invitation) -> str:
    code = secrets.token_urlsafe(32)
    expiring_values.put(_code_key(code), asdict(invitation), _SECONDS)
    return code


def _code_key(code: str) -> str:
    return f"operator-code-{secret_hash(code)}"


def _opened_key(browser: str) -> str:
    return f"operator-joining-{secret_hash(browser)}"
