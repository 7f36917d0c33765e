"""The base URL of our JSON-LD extension, fixed at the first start and changed only by a command.

Every credential names the URL of the extension's context. A verifier that cannot load it cannot check the proof, so the
URL must not change by accident, with a setting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from badges.schemas import EXTENSION_SCHEMA
from lti_tool.addresses import EXTENSION_SCHEMA_PATH
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from signing.document_loader import EXTENSION_PATH, find_context

_SETTING = "extension"


def ensure_base_url(session: Session, configured: str | None, tool_url: str, now: datetime) -> str:
    """The base URL that credentials name, as stored; at the first start `configured`, or else `tool_url`, is stored.

    Raises NotAllowedError where `configured` is another URL than the stored one.
    """
    base = base_url(session, configured, tool_url)
    if queries.issuers.stored_setting(session, _SETTING) is None:
        queries.issuers.store_setting(session, _SETTING, base, now)
    return base


def base_url(session: Session, configured: str | None, tool_url: str) -> str:
    """The base URL as it is stored, or would be at the first start.

    Raises NotAllowedError as `ensure_base_url` does.
    """
    setting = queries.issuers.stored_setting(session, _SETTING)
    base = setting.value if setting else configured or tool_url
    if configured not in (None, base):
        raise NotAllowedError(
            f"badges name {base}, not {configured}. To move: python -m lti_tool extension move {configured}"
        )
    return base


def change_base_url(
    session: Session, base: str, fetch: Callable[[str], bytes], now: datetime, by: Actor = TOOL
) -> None:
    """Makes credentials from now on name `base`, which has to serve our context and schema, byte for byte, already.

    Credentials issued before still name the old URL, which has to go on serving them. (Nozimite itself recognises the
    context by its path at any host, and does not load it.) Raises NotAllowedError where something else is served, and
    what `fetch` raises.
    """
    for path, expected in (
        (EXTENSION_PATH, find_context(base + EXTENSION_PATH).encode()),
        (EXTENSION_SCHEMA_PATH, EXTENSION_SCHEMA.read_bytes()),
    ):
        if fetch(base + path) != expected:
            raise NotAllowedError(f"{base}{path} does not serve what this tool serves at {path}")
    queries.issuers.store_setting(session, _SETTING, base, now)
    events.record(session, "extension_moved", "setting", _SETTING, now, actor=by)
