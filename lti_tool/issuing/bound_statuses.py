"""What happens to an award happens to the credentials of it that are bound to holders, too.

None of them is replaced by another: nobody could bring it to the wallet. It is ended, and the wallet is given a new one
when its holder asks again.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.issuing.status_lists import clear_status, set_status
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award, CredentialRow

#: `revoked_as` of those in whose place a further one of the same award may come.
_REPLACED = ("replaced", "reissued")


def revoke_bound(session: Session, award: Award, revoked_as: str, reason: str | None, now: datetime) -> None:
    """Revokes those of the award that are in use, as its own credential is; the caller has locked the award."""
    for each in _in_use(award):
        _revoke(session, each, revoked_as, reason, now)


def end_bound(award: Award, now: datetime) -> None:
    """Lets holders be given new ones: those of a revoked award that is awarded again stay revoked, as they are."""
    for each in award.bound_credentials:
        each.replaced_at = now


def suspend_bound(session: Session, award: Award, reason: str, now: datetime) -> None:
    """Suspends those of the award that are in use; one that can only be revoked ends, and may be given anew later."""
    for each in _in_use(award):
        if each.status_list.purpose == "suspension":
            each.suspended_at, each.suspension_reason = now, reason
            set_status(session, each, now)
        else:
            _revoke(session, each, "replaced", None, now)


def reinstate_bound(session: Session, award: Award, now: datetime) -> None:
    """Ends the suspension of those of the award."""
    for each in _in_use(award):
        if each.suspended_at is not None:
            each.suspended_at, each.suspension_reason = None, None
            clear_status(session, each, now)


def end_where_bound(session: Session, credential_id: str, why: str, now: datetime) -> bool:
    """Whether the credential is bound to a holder; then it is ended, unless that was done already.

    Another one of the award, which is not, stays as it is: a key may have signed only the one.
    """
    row = queries.credentials.credential(session, credential_id)
    if row is None or row.holder is None:
        return False
    queries.awards.lock_award(session, row.award)
    session.refresh(row)
    if row.revoked_at is None:
        _revoke(session, row, why, None, now)
        events.record(session, "bound_ended", "credential", row.id, now, why=why)
    return True


def _in_use(award: Award) -> list[CredentialRow]:
    return [each for each in award.bound_credentials if each.revoked_at is None]


def _revoke(session: Session, row: CredentialRow, revoked_as: str, reason: str | None, now: datetime) -> None:
    row.revoked_at, row.revoked_as, row.revocation_reason = now, revoked_as, reason
    row.replaced_at = now if revoked_as in _REPLACED else None
    set_status(session, row, now)
