"""Where the words of our extension are served: settled at the first start, and moved only on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from badges.schemas import EXTENSION_SCHEMA
from lti_tool.addresses import EXTENSION_SCHEMA_PATH
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, queries
from signing.document_loader import EXTENSION_PATH, find_context

_NAME = "extension"


def ensure_base_url(session: Session, wanted: str | None, tool_url: str, now: datetime) -> str:
    """The base address that badges name: `wanted`, else the tool's own, as it was at the first start.

    Raises NotAllowedError where `wanted` is another one than that.
    """
    kept = queries.issuers.stored_setting(session, _NAME)
    settled = kept.value if kept else wanted or tool_url
    if kept is None:
        queries.issuers.store_setting(session, _NAME, settled, now)
    if wanted not in (None, settled):
        raise NotAllowedError(
            f"badges name {settled}, not {wanted}. To move: python -m lti_tool extension move {wanted}"
        )
    return settled


def change_base_url(session: Session, base: str, fetch: Callable[[str], bytes], now: datetime) -> None:
    """From now on badges name `base`, which has to serve our very words already.

    Badges issued before keep naming the address before, which this tool and every other verifier of its kind know by
    its path: go on serving it for those who do not. Raises NotAllowedError where other words are served.
    """
    for path, ours in (
        (EXTENSION_PATH, find_context(base + EXTENSION_PATH).encode()),
        (EXTENSION_SCHEMA_PATH, EXTENSION_SCHEMA.read_bytes()),
    ):
        if fetch(base + path) != ours:
            raise NotAllowedError(f"{base}{path} does not serve what this tool serves at {path}")
    queries.issuers.store_setting(session, _NAME, base, now)
