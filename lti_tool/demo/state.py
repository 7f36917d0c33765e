"""The state of one running demo LMS, with the protocol that Moodle and Canvas fill in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    """A launch that waits for the authentication request of the tool.

    `link` is None for deep linking and for a link in the course's navigation. `road` is by which of its places the link
    was opened: "" the usual one, or one of the product's `other_roads`. `named_item` is the module item that the
    address named.
    """

    tool: Tool
    course_id: str
    link: Link | None = None
    road: str = ""
    named_item: str = ""

    @property
    def target_link_uri(self) -> str:
        """The address that the tool is asked to open."""
        if self.link:
            return self.link.url or self.tool.launch_url
        return self.tool.launch_url if self.road else self.tool.deep_linking_url or self.tool.launch_url


@dataclass(slots=True, kw_only=True)
class Session:
    """A person at a browser. `launches` are by launch id; `drafts` are content items that wait to be saved."""

    person_id: str
    sesskey: str
    locale: str = "en"
    launches: dict[str, PendingLaunch] = field(default_factory=dict)
    drafts: dict[str, list[Json]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """What a token of OAuth 2 allows which client, until when."""

    client_id: str
    scopes: frozenset[str]
    expires_at: datetime


#: What the operator of the tool does for a client of the LMS: sets a source up with these settings, or takes it away
#: where there are none. The answer is what the tool made of it: an address, a password.
Operator = Callable[[str, str, Mapping[str, str] | None], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """Those who keep the tool for the college, and use no page of the LMS.

    `editor_address` makes an address that opens the editor of the institution's badges once. `acts` are lines about
    what was done in the tool lately, newest first, as its operator reads them.
    """

    editor_address: Callable[[], str]
    acts: Callable[[], Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInClient:
    """The tool as the college's OpenID provider knows it."""

    client_id: str
    secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCode:
    """A code that waits to be exchanged for an ID token about `sub`; `challenge` as in RFC 7636."""

    sub: str
    redirect_uri: str
    nonce: str
    challenge: str
    made_at: datetime


@dataclass(slots=True, kw_only=True)
class ApiCode:
    """A code that waits to be exchanged for tokens; `challenge` is what its request came with (RFC 7636)."""

    person_id: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class ApiToken:
    """An access token of Canvas's REST API."""

    refresh_token: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Lms:
    """A running LMS. `keys` are the platform's own, the signing key last; `key_sets` are the tools', by client id.

    `operator` is None where nobody is there who sets the tool up; then its operator does it by hand. `institution` is
    None where nobody is there who keeps it, `sign_in_client` where the tool signs nobody in at the college.
    """

    url: str
    product: LmsProduct
    clock: Callable[[], datetime]
    campus: Campus
    keys: list[PlatformKey]
    http: requests.Session
    tool_url: str | None = None
    registration_url: str = ""
    operator: Operator | None = None
    institution: Institution | None = None
    sign_in_client: SignInClient | None = None
    sessions: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    key_sets: dict[str, Json] = field(default_factory=dict)
    codes: dict[str, ApiCode] = field(default_factory=dict)
    sign_in_codes: dict[str, SignInCode] = field(default_factory=dict)
    api_tokens: dict[str, ApiToken] = field(default_factory=dict)
    event_keys: list[PlatformKey] = field(default_factory=list)
    #: How the services fail at the moment, set by an administrator: "" (not at all), "too_many", "html" or "gone".
    simulated_fault: str = ""

    def now(self) -> int:
        """The time in seconds since 1970, as JWTs have it."""
        return int(self.clock().timestamp())

    def person(self, public_id: object) -> Person | None:
        """The person whom tools know by this id; None where there is none."""
        people = list(self.campus.people.values())
        return next((person for person in people if self.product.person_id(person) == public_id), None)

    def tool(self, client_id: object) -> Tool | None:
        """The tool that was registered with this client id; None where there is none."""
        return next((tool for tool in list(self.campus.tools.values()) if tool.client_id == client_id), None)


class LmsProduct(Protocol):
    """In what Moodle and Canvas differ. `*_path` is an address on the LMS, `*_rule` one with parameters, as in Flask.

    `*_per_page` is None where a list is paged only on request. `restricts_member_lists`: members asked for with a
    resource link are only those who may open it. `other_roads` are places from which a link opens beside its own.
    """

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
    deep_linking_return_path: str
    memberships_rule: str
    line_items_rule: str
    line_item_rule: str
    line_items_per_page: int | None
    members_per_page: int | None
    restricts_member_lists: bool
    other_roads: frozenset[str]

    def issuer(self, url: str) -> str: ...
    def auth_url(self, url: str) -> str: ...

    # --- registration
    def configuration_url(self, url: str, registration_token: str) -> str: ...
    def configuration(self, url: str) -> Json: ...
    def new_client_id(self, campus: Campus) -> str: ...
    def new_deployment_id(self, campus: Campus) -> str: ...
    def registration_error(self, payload: Json) -> Response | None:
        """The refusal of a client registration request; None for a good one."""

    def registration_token_error(self, code: str) -> Response:
        """The refusal of a registration token: `garbage`, `token_expired` or `token_already_used`."""

    def registration_response(self, lms: Lms, tool: Tool, payload: Json) -> Json: ...
    def shared_personal_data(self, configuration: Json) -> tuple[bool, bool]:
        """Whether names, and whether e-mail addresses, are shared with a tool of this configuration."""

    # --- ids and roles as tools see them
    def person_id(self, person: Person) -> str: ...
    def course_id(self, course: Course) -> str: ...
    def link_id(self, link: Link) -> str: ...
    def launch_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]: ...
    def membership_roles(self, campus: Campus, person: Person, course_id: str) -> list[str]: ...

    # --- launch
    def may_launch(self, lms: Lms, person: Person, pending: PendingLaunch) -> bool: ...
    def login_form(self, lms: Lms, session: Session, pending: PendingLaunch, launch_id: str) -> Json: ...
    def launch_id(self, hint: str) -> str | None:
        """The launch that a message hint of `login_form` is for; None for what is no such hint."""

    def redirect_allowed(self, tool: Tool, redirect_uri: str) -> bool: ...
    def authentication_request_error(self, parameters: Json) -> tuple[str, str] | None:
        """The `error` and `error_description` of a malformed authentication request; None for a good one."""

    def claims(self, lms: Lms, session: Session, pending: PendingLaunch) -> Json: ...
    def extra_response_fields(self) -> dict[str, str]:
        """What the authentication response has beside id_token and state."""

    # --- services
    def permitted_scopes(self, lms: Lms, tool: Tool) -> frozenset[str]:
        """The scopes of which a token for the tool may be."""

    def token_response(self, body: Json) -> Response: ...
    def token_error(self, error: str, description: str = "") -> Response: ...
    def assertion_error(self, claims: Json, lms: Lms) -> str | None:
        """What is wrong with the claims of a client assertion; None for a good one."""

    def service_error(self, status: int, reason: str) -> Response: ...
    def page_links(self, url: str, query: Json, start: int, size: int, total: int) -> str: ...
    def member(self, lms: Lms, tool: Tool, person: Person, course_id: str, link: Link | None) -> Json: ...
    def memberships_url(self, lms: Lms, tool: Tool, course_id: str) -> str: ...
    def line_items_url(self, lms: Lms, tool: Tool, course_id: str) -> str: ...
    def line_item_url(self, lms: Lms, tool: Tool, column: Column) -> str: ...
    def line_item(self, lms: Lms, tool: Tool, column: Column) -> Json: ...
    def result(self, lms: Lms, tool: Tool, column: Column, person: Person, grade: Grade) -> Json: ...


def current_lms() -> Lms:
    """The LMS that answers this request."""
    lms: Lms = current_app.extensions["lms"]
    return lms
