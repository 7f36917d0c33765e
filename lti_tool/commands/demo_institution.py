"""Those who keep the tool of the demo without a page of the LMS: who edits its badges, approves them, operates it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

from lti_tool.demo.state import Institution
from lti_tool.people import operator_sessions
from lti_tool.store import events, queries
from lti_tool.wiring import Tool

#: The account of the one who edits, as on the command line it would be that of the system.
ACCOUNT = "editor"
#: How many of the newest acts are shown.
MOST_ACTS = 200


def institution_of(tool: Tool) -> Institution:
    """Does what `templates edit` and `events` do on the command line of an installation."""

    def editor_address() -> str:
        by, issuer_id = events.operator(ACCOUNT), tool.issuer.id
        code = operator_sessions.invite_operator(tool.expiring_values, by.id, issuer_id)
        with tool.store.begin() as session:
            now = tool.clock()
            events.record(session, "operator_invited", "editor", "", now, actor=by, issuer_id=issuer_id)
        return f"{tool.tool_url}/lti/editor?code={code}"

    def acts() -> Sequence[Sequence[str]]:
        zone = tool.issuer.profile.zone
        with tool.store.read() as session:
            newest = deque(queries.events.events(session), maxlen=MOST_ACTS)
        lines = [
            (f"{act.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", act.actor, act.what, act.about, act.why)
            for act in newest
        ]
        return lines[::-1]

    return Institution(editor_address=editor_address, acts=acts)


def approval_link(mails: Path) -> str:
    """The link in the newest mail to the approver; "" while there is none."""
    files = sorted(mails.glob("approval-*.eml"), key=lambda file: file.stat().st_mtime)
    for file in reversed(files):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        plain = message.get_body(("plain",))
        if plain and (found := re.search(r"http://\S+/lti/approval\S+", plain.get_content())):
            return found[0]
    return ""
