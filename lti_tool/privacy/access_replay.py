"""Withdrawn keys, ended links and what was taken from operators after a backup, once more in the restored database.

What is not in the backup is passed over: it is not there, so nobody gets in by it.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.operators import accounts
from lti_tool.organisations import key_changes
from lti_tool.store import Session, queries
from lti_tool.store.models import OperatorRow, OrganisationKey, SigningKeyRow, ToolKeyRow
from lti_tool.values import Json


def withdraw_key(session: Session, kind: str, data: Json, at: datetime) -> None:
    """Retires a key once more, or marks it as compromised; the next start makes another where none signs.

    One of an organisation is made when it next signs; what the compromised one signed is not trusted.
    """
    row = _key(session, data["key"])
    if row is None:
        return
    row.retired_at = row.retired_at or at
    if kind == "key_compromised":
        since = datetime.fromisoformat(data["since"])
        row.compromised_at = min(since, row.compromised_at or since)
        if isinstance(row, OrganisationKey):
            key_changes.distrust(session, row, at)


def _key(session: Session, kid: str) -> SigningKeyRow | ToolKeyRow | OrganisationKey | None:
    return (
        session.get(SigningKeyRow, kid) or session.get(ToolKeyRow, kid) or session.get(OrganisationKey, kid)
    )


def end_link(session: Session, data: Json, at: datetime) -> None:
    """Ends a link to a badge once more."""
    row = queries.sharing.link_with(session, data["token_hash"])
    if row is not None:
        row.revoked_at = row.revoked_at or at


def refuse_answers(session: Session, data: Json) -> None:
    """Lets organisations answer no more by a link to a badge."""
    row = queries.sharing.link_with(session, data["token_hash"])
    if row is not None:
        row.takes_answers = False


def end_program(session: Session, data: Json) -> None:
    """Ends the access that a learner gave a program once more."""
    given_at = datetime.fromisoformat(data["given_at"])
    queries.backpack.delete_accesses(session, queries.backpack.given_then(session, data["program"], given_at))


def end_host_access(session: Session, data: Json) -> None:
    """Ends once more what a learner let the tool do at a host."""
    given_at = datetime.fromisoformat(data["given_at"])
    queries.hosts.delete_accesses(session, queries.hosts.given_then(session, data["host"], given_at))


def change_operator(session: Session, kind: str, data: Json, at: datetime) -> None:
    """Takes a role or a way to sign in from an operator once more, or disables, enables or erases their account."""
    row = session.get(OperatorRow, data["operator"]) if "operator" in data else None
    if row is None:
        return
    match kind:
        case "role_taken":
            taken = (data["issuer"], data["role"], data["source"])
            row.roles = [each for each in row.roles if (each.issuer_id, each.role, each.source) != taken]
        case "passkey_removed":
            row.passkeys = [each for each in row.passkeys if each.id != data["passkey"]]
        case "operator_disabled":
            row.disabled_at = at
        case "operator_enabled":
            row.disabled_at = None
        case "operator_erased":
            accounts.empty(session, row)
    # Whatever had begun by the backup began with what was taken since.
    queries.operators.delete_sessions_of(session, row.id)
