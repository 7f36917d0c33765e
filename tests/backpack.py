"""What learners keep here, as rows: for tests that do not care how it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lti_tool.store.models import KeptBadge


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
