"""What the sources of observations that an operator sets up were given for a platform; secrets by their names alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.errors import NotFoundError
from lti_tool.sources import SOURCES, is_for
from lti_tool.sources.set_up import Setting
from lti_tool.store import Session, queries
from lti_tool.store.models import RegistrationRow
from lti_tool.web.plug_sentences import source_words


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source, its words, and whether it was given what it needs: `known` are the values that are no secret.

    `address`: where it is sent messages; empty where it asks the platform itself.
    """

    name: str
    settings: Sequence[Setting]
    words: Mapping[str, Any]
    is_set_up: bool
    known: Mapping[str, str]
    address: str

    @property
    def typed_settings(self) -> Sequence[Setting]:
        """Those that an operator types."""
        return [each for each in self.settings if not each.is_made]


def source_states(session: Session, row: RegistrationRow) -> Sequence[SourceState]:
    """Every source that can be set up for a platform of that product."""
    accesses = queries.platforms.source_accesses(session, row.id)
    found = []
    for name, source in SOURCES.items():
        if not hasattr(source, "SET_UP") or not (is_for(source, row.product) or name in accesses):
            continue
        access = accesses.get(name)
        found.append(
            SourceState(
                name=name,
                settings=source.SET_UP,
                words=source_words(name),
                is_set_up=access is not None,
                known=access.settings if access is not None else {},
                address=f"{row.tool_url}/sources/{name}/{row.id}/" if hasattr(source, "receive") else "",
            )
        )
    return found


def source_state(session: Session, row: RegistrationRow, name: str) -> SourceState:
    """That of one source. Raises NotFoundError where the platform cannot have it."""
    for each in source_states(session, row):
        if each.name == name:
            return each
    raise NotFoundError("there is no such source for the platform")
