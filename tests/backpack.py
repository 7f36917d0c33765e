"""What learners keep here, as rows: for tests that do not care how it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lti_tool.store import Session
from lti_tool.store.models import BadgeHost, HostAccess, KeptBadge


def kept_badge(person_id: int, now: datetime, **changes: Any) -> KeptBadge:
    """A badge of another issuer that the person keeps."""
    text = changes.pop("text", "{}")
    columns: dict[str, Any] = {
        "person_id": person_id,
        "identity": "0" * 64,
        "form": "json",
        "text": text,
        "size": len(text),
        "name": "Welding",
        "issuer": "Liepaja School",
        "subject": {},
        "verdict": "verified",
        "report": {},
        "checked_at": now,
        "kept_at": now,
        "changed_at": now,
    }
    return KeptBadge(**columns | changes)


def add_host_access(session: Session, address: str, now: datetime) -> HostAccess:
    """Adds a host, and what a reader of the mail of the address lets the tool do there."""
    host = BadgeHost(url="https://x.example", described={}, fresh_until=now, return_key="x", used_at=now)
    session.add(host)
    session.flush()
    access = HostAccess(
        host_id=host.id,
        address=address,
        since=now,
        given_at=now,
        brings_new=True,
        client_id="x",
        encrypted_tokens=b"x",
        usable_until=now,
    )
    session.add(access)
    return access
