"""The sources of observations, a folder for each; a new folder is found without being listed.

A source knows platforms. What it finds are observations, from which nobody can tell the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lti_tool.platforms.services import Connection
from lti_tool.plugs import found_in
from lti_tool.sources.found import Answer, Asked, Known


class Source(Protocol):
    """What the module of a source defines.

    `GIVES`: the kinds of observations that it can find. `RANK`: how good it is, 1 being the best: one with dates, of
    everybody. Its words have a table `source`: its name, what it sees, and how it is opened, where it has to be. One
    that asks the platform is a LookingSource. It may further define `is_open(asked)`, where not every course has it,
    `launched(launch, link)`, where launches tell it something, `receive(message)`, where it is sent messages,
    `activities(asked, connection)`, the names by id of the activities whose completion it can tell, and `SET_UP`, the
    settings that an operator gives it for a platform: `asked.access` and `message.access` have them. `METHODS` are
    those of the messages, where they are not only posted. `TELLS_EVENTS`: its messages tell what happened once, not how
    things are, so that what comes again is nothing new.
    """

    NAME: str
    GIVES: frozenset[str]
    RANK: int


class LookingSource(Source, Protocol):
    """A source that asks the platform."""

    def look(self, asked: Asked, connection: Connection, known: Known) -> Answer:
        """What is new at the platform: only what differs from what is known. Raises PlatformError.

        A list is read page by page, and compared as it comes: no more of it is kept than what differs.
        """


SOURCES: Mapping[str, Any] = found_in(__name__, __path__)


def kinds_found(asked: Asked | None) -> frozenset[str]:
    """The kinds of observations that the sources can find in a course; None where no course is known yet."""
    return frozenset().union(*(source.GIVES for source in SOURCES.values() if is_open(source, asked)))


def is_open(source: Any, asked: Asked | None) -> bool:
    """Whether a course has the source; None where no course is known yet."""
    return not hasattr(source, "is_open") or (asked is not None and bool(source.is_open(asked)))
