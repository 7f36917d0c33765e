"""The sources of observations, a folder for each; a new folder is found without being listed.

A source knows platforms. What it finds are observations, from which nobody can tell the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lti_tool.platforms.consent import Consent, ConsentRequest
from lti_tool.platforms.services import Connection
from lti_tool.plugs import found_in
from lti_tool.sources.found import Answer, Asked, Known
from lti_tool.values import Access, Decrypt, Given


class Source(Protocol):
    """What the module of a source defines.

    `GIVES`: the kinds of observations that it can find. `RANK`: how good it is, 1 being the best: one with dates, of
    everybody. Its words have a table `source`: its name, what it sees, and how it is opened, where it has to be. One
    that asks the platform is a LookingSource, one that reads a course in the name of a teacher a ConsentingSource. It
    may further define `PRODUCTS`, where only these platforms can have it, `is_open(asked)`, where not every course has
    it, `launched(launch, link)`, where launches tell it something, `receive(message)`, where it is sent messages,
    `activities(asked, connection)`, the names by id of the activities whose completion it can tell, and `SET_UP`, the
    settings that an operator gives it for a platform: `asked.access` and `message.access` have them. `METHODS` are
    those of the messages, where they are not only posted.
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


class ConsentingSource(Source, Protocol):
    """A source that a teacher opens for a course, by consenting at the platform: the authorization code grant.

    Its words have a table `consent`. What it is given is kept, encrypted, for that course.
    """

    def consent_site(self, asked: Asked) -> str | None:
        """The address of the platform that asks the teacher; None where the source cannot be opened in the course."""

    def consent_url(self, access: Access, decrypt: Decrypt, request: ConsentRequest) -> str:
        """The address of its page that asks."""

    def given_by(self, access: Access, connection: Connection, given: Consent) -> Given:
        """What the source is given for the course by the answer. Raises PlatformError."""

    def withdraw(self, access: Access, connection: Connection) -> None:
        """Ends at the platform what was given. Raises PlatformError where the platform could not be told."""


SOURCES: Mapping[str, Any] = found_in(__name__, __path__)


def kinds_found(asked: Asked | None) -> frozenset[str]:
    """The kinds of observations that the sources can find in a course; None where no course is known yet."""
    return frozenset().union(*(source.GIVES for source in SOURCES.values() if is_open(source, asked)))


def is_for(source: Any, product: str) -> bool:
    """Whether a course on a platform of that product can have the source at all."""
    return not hasattr(source, "PRODUCTS") or product in source.PRODUCTS


def consent_site(source: Any, asked: Asked) -> str | None:
    """The address of the platform that asks a teacher for the source; None where that is not how it is opened here."""
    return source.consent_site(asked) if hasattr(source, "consent_site") else None


def is_open(source: Any, asked: Asked | None) -> bool:
    """Whether a course has the source; None where no course is known yet."""
    return not hasattr(source, "is_open") or (asked is not None and bool(source.is_open(asked)))
