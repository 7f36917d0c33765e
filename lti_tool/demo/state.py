"""The state of one running demo LMS, and what its product (Moodle or Canvas) decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import requests
from flask import Response, current_app

from lti_tool.demo.campus import Campus, Column, Course, Grade, Link, Person, Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.platform_keys import PlatformKey


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
    product: LmsProduct
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
        return next((person for person in people if self.product.person_id(person) == public_id), None)

    def tool(self, client_id: object) -> Tool | None:
        return next((tool for tool in list(self.campus.tools.values()) if tool.client_id == client_id), None)


class LmsProduct(Protocol):
    name: str
    title: str
    cookie_name: str
    cookie_same_site: str
    cookie_secure: bool
    id_token_seconds: int

    configuration_path: str
    registration_path: str
    authorize_path: str
    token_path: str
    key_set_path: str
    key_set_seconds: int | None
    return_rule: str
    memberships_rule: str
    line_items_rule: str
    line_item_rule: str
    line_items_per_page: int | None
    members_per_page: int | None
    lists_only_who_may_open: bool

    def issuer(self, url: str) -> str: ...
    def auth_url(self, url: str) -> str: ...

    # Registration
    def configuration_url(self, url: str, registration_token: str) -> str: ...
    def configuration(self, url: str) -> Json: ...
    def new_client_id(self, campus: Campus) -> str: ...
    def new_deployment_id(self, campus: Campus) -> str: ...
    def refuses(self, payload: Json) -> Response | None: ...
    def token_refused(self, code: str) -> Response: ...
    def registered(self, lms: Lms, tool: Tool, payload: Json) -> Json: ...
    def shares(self, configuration: Json) -> tuple[bool, bool]: ...

    # Ids and roles as tools see them
    def person_id(self, person: Person) -> str: ...
    def course_id(self, course: Course) -> str: ...
    def link_id(self, link: Link) -> str: ...
    def launch_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]: ...
    def listed_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]: ...

    # Launch
    def login_form(self, lms: Lms, session: Session, pending: PendingLaunch, launch_id: str) -> Json: ...
    def launch_id(self, hint: str) -> str | None: ...
    def redirect_allowed(self, tool: Tool, redirect_uri: str) -> bool: ...
    def bad_request(self, parameters: Json) -> tuple[str, str] | None: ...
    def claims(self, lms: Lms, session: Session, pending: PendingLaunch) -> Json: ...
    def answer_extras(self) -> dict[str, str]: ...

    # Services
    def token_answer(self, body: Json) -> Response: ...
    def token_error(self, error: str, description: str = "") -> Response: ...
    def assertion_error(self, claims: Json, lms: Lms) -> str | None: ...
    def service_error(self, status: int, reason: str) -> Response: ...
    def page_links(self, url: str, query: Json, start: int, size: int, total: int) -> str: ...
    def member(self, lms: Lms, tool: Tool, person: Person, course_id: str, link: Link | None) -> Json: ...
    def memberships_url(self, lms: Lms, tool: Tool, course_id: str) -> str: ...
    def line_items_url(self, lms: Lms, tool: Tool, course_id: str) -> str: ...
    def line_item_url(self, lms: Lms, tool: Tool, column: Column) -> str: ...
    def line_item(self, lms: Lms, tool: Tool, column: Column) -> Json: ...
    def result(self, lms: Lms, tool: Tool, column: Column, person: Person, grade: Grade) -> Json: ...


def here() -> Lms:
    """The LMS that answers this request."""
    lms: Lms = current_app.extensions["lms"]
    return lms
