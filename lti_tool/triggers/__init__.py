"""The triggers, by which completions are found, a file for each; a new file is found without being listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from lti_tool.platforms.services import Connection
from lti_tool.store import Session
from lti_tool.store.models import AwardRule
from lti_tool.values import Completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a trigger needs to know of a rule to call the platform."""

    memberships_url: str | None
    line_items_url: str | None
    resource_link_id: str
    line_item_url: str | None


class Trigger(Protocol):
    """What the module of a trigger defines. It finds completions; whether they earn an award is decided elsewhere."""

    NAME: str
    LABEL: str

    def look(self, watched: Watched, connection: Connection) -> Any:
        """What the platform answers; no database is open. Raises PlatformError."""

    def completions(
        self, session: Session, rule: AwardRule, seen: Any, now: datetime
    ) -> Sequence[Completion]:
        """The completions that `seen`, the result of `look`, proves; the caller has locked the rule.

        What was seen is stored as sightings.
        """
        ...


def _modules() -> dict[str, Trigger]:
    found: dict[str, Any] = {}
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        if hasattr(module, "NAME"):
            found[module.NAME] = module
    return found


TRIGGERS = _modules()
