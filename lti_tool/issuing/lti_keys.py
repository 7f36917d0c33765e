"""The tool's keys for LTI messages: one more made, older ones retired, a leaked one withdrawn.

The newest key that is neither retired nor compromised signs; it and the older ones are published. Nothing that was
signed with one has to be checked later, so a key that is retired or compromised leaves the key set: platforms fetch the
set anew when they meet a key that they do not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.keyring import Keyring
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import ToolKeyRow

#: The name by which commands mean the LTI keys, whichever they are.
ANY = "lti"


def is_meant(session: Session, name: str) -> bool:
    """Whether a command's KEY is an LTI key: its id, or ANY."""
    return name == ANY or session.get(ToolKeyRow, name) is not None


def retire(session: Session, name: str, now: datetime, by: Actor = TOOL) -> Sequence[str]:
    """Retires that LTI key, or by the name ANY all but the one that signs; returns their ids.

    Raises NotFoundError where there is no such key, NotAllowedError for the one that signs.
    """
    published = queries.issuers.published_tool_key_rows(session)
    rows = published[1:] if name == ANY else [_row(session, name)]
    if published[0] in rows:
        raise NotAllowedError(
            f"{name} is the LTI key that signs: `keys rotate lti` makes another, then retire this"
        )
    retired = [row for row in rows if row in published]
    for row in retired:
        row.retired_at = now
        journal.note_key(session, "key_retired", row.kid, now, now)
        events.record(session, "key_retired", "tool_key", row.kid, now, actor=by)
    return [row.kid for row in retired]


def mark_compromised(
    session: Session, keyring: Keyring, name: str, since: datetime | None, now: datetime, by: Actor = TOOL
) -> Sequence[str]:
    """Withdraws that LTI key, or by the name ANY all of them; returns the ids of the ones that were withdrawn.

    A new key is made where no other is left. Marking a key again can only move its date back. Raises NotFoundError.
    """
    rows = queries.issuers.published_tool_key_rows(session) if name == ANY else [_row(session, name)]
    for row in rows:
        from_when = min(since or row.created_at, now)
        row.compromised_at = min(from_when, row.compromised_at or from_when)
        row.retired_at = row.retired_at or now
        journal.note_key(session, "key_compromised", row.kid, row.compromised_at, now)
        events.record(session, "key_compromised", "tool_key", row.kid, now, actor=by)
    session.flush()
    if not queries.issuers.published_tool_key_rows(session):
        keyring.add_tool_key(session, now, by)
    return [row.kid for row in rows]


def _row(session: Session, kid: str) -> ToolKeyRow:
    row = session.get(ToolKeyRow, kid)
    if row is None:
        raise NotFoundError(f"there is no key {kid}: see `keys list`")
    return row
