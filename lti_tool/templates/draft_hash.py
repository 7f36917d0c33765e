"""The hash of a draft, by which whoever publishes or approves it says what they have seen."""

from __future__ import annotations

import json
from hashlib import sha256

from lti_tool.store.models import TemplateVersion


def draft_hash(row: TemplateVersion) -> str:
    """SHA-256 in hex of what would be published: the same as long as nobody changes the draft."""
    content = json.dumps([row.template_id, row.version, row.body], sort_keys=True, ensure_ascii=False)
    picture = row.picture + row.drawing if row.own_picture else b""
    return sha256(content.encode() + b"\0" + picture).hexdigest()
