"""What one running demo LMS holds in its hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import requests
from flask import current_app

from lti_tool.demo.campus import Campus, Link, Person, Tool
from lti_tool.demo.keys import PlatformKey
from lti_tool.demo.lti import Json

if TYPE_CHECKING:
    from lti_tool.demo.manners import Manners


@dataclass(slots=True, kw_only=True)
class PendingLaunch:
    """A launch that was begun and not yet answered; it can be answered once."""

    tool: Tool
    course_id: str
    link: Link | None = None


@dataclass(slots=True, kw_only=True)
class Session:
    """Somebody's browser. `drafts` are the activities a tool sent and the teacher has not saved."""

    person_id: str
    sesskey: str
    locale: str = "en"
    launches: dict[str, PendingLaunch] = field(default_factory=dict)
    drafts: dict[str, list[Json]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class AccessToken:
    client_id: str
    scopes: frozenset[str]
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Lms:
    """`keys` are the platform's own, the signing one last; `key_sets` those of the tools, by client."""

    url: str
    manners: Manners
    clock: Callable[[], datetime]
    campus: Campus
    keys: list[PlatformKey]
    web: requests.Session
    tool_url: str | None = None
    registration_url: str = ""
    sessions: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    key_sets: dict[str, Json] = field(default_factory=dict)
    #: How the services misbehave just now: "", "too_many", "html" or "gone".
    trouble: str = ""

    def now(self) -> int:
        return int(self.clock().timestamp())

    def person(self, public_id: object) -> Person | None:
        """The person whom tools know by this id."""
        people = list(self.campus.people.values())
        return next((person for person in people if self.manners.person_id(person) == public_id), None)

    def tool(self, client_id: object) -> Tool | None:
        return next((tool for tool in list(self.campus.tools.values()) if tool.client_id == client_id), None)


def here() -> Lms:
    """The LMS that answers this request."""
    lms: Lms = current_app.extensions["lms"]
    return lms
