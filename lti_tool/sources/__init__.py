"""The sources of observations, a folder for each; a new folder is found without being listed.

A source knows platforms. What it finds are observations, from which nobody can tell the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lti_tool.platforms.services import Connection
from lti_tool.plugs import found_in
from lti_tool.sources.found import Answer, Asked, Found, Known


class Source(Protocol):
    """What the module of a source defines.

    `GIVES`: the kinds of observations that it can find. A source that asks the platform is a LookingSource. It may
    further define `launched(launch, link)`, where launches tell it something, and `receive(message)`, where it is sent
    messages.
    """

    NAME: str
    GIVES: frozenset[str]


class LookingSource(Source, Protocol):
    """A source that asks the platform."""

    def look(self, asked: Asked, connection: Connection) -> Answer:
        """What the platform answers; no database is open. Raises PlatformError."""

    def observe(self, answer: Answer, known: Known) -> Sequence[Found]:
        """What is new in the answer: only what differs from what is known."""


SOURCES: Mapping[str, Any] = found_in(__name__, __path__)
