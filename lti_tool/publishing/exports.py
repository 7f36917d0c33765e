"""Exports: files that somebody takes away, each of which is an event."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lti_tool.store import Session, events
from lti_tool.store.events import Actor
from lti_tool.values import Json

#: What was taken away.
Export = Literal[
    "template",
    "transcript",
    "europass",
    "roster",
    "certificates",
    "person",
    "badges",
    "events",
    "statistics",
    "completions",
    "recognition_pack",
]


def record_export(
    session: Session,
    export: Export,
    about_kind: str,
    about: int | str,
    now: datetime,
    by: Actor,
    data: Json | None = None,
    issuer_id: str | None = None,
) -> None:
    """Records that a file was handed out; by the issuer with that key, else by that of what it is about.

    A page records it, and commits, before it answers; a command writes the file in this very transaction, so that one
    that cannot be written is not recorded.
    """
    events.record(
        session, "exported", about_kind, about, now, actor=by, why=export, data=data, issuer_id=issuer_id
    )
