"""The pages of a tool on a real database, opened by a platform that signs what a test wants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from requests.structures import CaseInsensitiveDict
from sqlalchemy import event
from werkzeug.test import TestResponse

from lti_tool.errors import OutgoingError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms import registrations
from lti_tool.platforms.key_sets import KeySets
from lti_tool.store import queries
from lti_tool.values import Member, NewRegistration
from lti_tool.web import create_app, page_issuer, rate_limits
from lti_tool.web.current import install
from lti_tool.web.limits import WAITING_AT_ONCE, waiting_for_strangers
from lti_tool.wiring import Tool
from tests.fixtures import ANNA, NEW_REGISTRATION, ZANE, complete, place_badge, run_due_jobs

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
TOOL = "https://badges.example.org"
FROM_US = {"Sec-Fetch-Site": "same-origin"}
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@contextmanager
def every_place_taken() -> Iterator[None]:
    """As many pages wait for sites of strangers as may at once."""
    with ExitStack() as waiting:
        for _ in range(WAITING_AT_ONCE):
            waiting.enter_context(waiting_for_strangers())
        yield


class Network(Outgoing):
    """Answers from a table; what is not in it cannot be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.table: dict[str, Any] = {}

    def request(self, method: str, url: str, **_: Any) -> HttpResponse:
        if url not in self.table:
            raise OutgoingError(f"{urlsplit(url).hostname} cannot be reached")
        body = json.dumps(self.table[url]).encode()
        return HttpResponse(status=200, headers=CaseInsensitiveDict(), body=body, url=url)


@dataclass(kw_only=True)
class School:
    """A platform that launches people into the tool, and the browser they sit at."""

    browser: FlaskClient
    key: rsa.RSAPrivateKey
    registration: NewRegistration = NEW_REGISTRATION
    clock: Any
    badge: str
    custom: dict[str, str] = field(default_factory=dict)
    storage_target: str | None = None
    claims: dict[str, Any] = field(default_factory=dict)

    def login(self) -> TestResponse:
        form = {
            "iss": self.registration.platform_id,
            "client_id": self.registration.client_id,
            "login_hint": "7",
            "target_link_uri": f"{TOOL}/lti/launch",
        }
        if self.storage_target:
            form["lti_storage_target"] = self.storage_target
        return self.browser.post("/lti/login", data=form, headers=FROM_ELSEWHERE)

    def form(self, person: Member, login: TestResponse, **changes: Any) -> dict[str, str]:
        """What the platform lets the browser post to the launch address."""
        location = login.headers.get("Location") or data_of(login)["location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.registration.platform_id,
            "aud": self.registration.client_id,
            "sub": person.user_id,
            "name": person.name,
            "email": person.email,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            CLAIM + "deployment_id": "1",
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "target_link_uri": f"{TOOL}/lti/launch",
            CLAIM + "roles": list(person.roles),
            CLAIM + "context": {"id": "42", "title": "Data Literacy Fundamentals"},
            CLAIM + "resource_link": {"id": "1", "title": "Badge"},
            CLAIM + "custom": self.custom,
            CLAIM + "launch_presentation": {
                "locale": "en",
                "return_url": "https://moodle.riga-college.example/mod/lti/return.php",
            },
            NRPS: {"context_memberships_url": "https://moodle.example.org/members"},
            CLAIM + "tool_platform": {"product_family_code": self.registration.product},
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "school"})
        return {"id_token": token, "state": asked["state"]}

    def launch(self, person: Member, *, cookies: bool = True, **changes: Any) -> TestResponse:
        """The page that the person sees after a click in the course."""
        login = self.login()
        form = self.form(person, login, **changes)
        if not cookies:
            self.browser._cookies.clear()
        return self.browser.post("/lti/launch", data=form, headers=FROM_ELSEWHERE)


def launch_navigation(school: School, tool: Tool, person: Member) -> TestResponse:
    """The page of a launch from the navigation of the course: in Canvas a link with the id of the course."""
    known = school.registration
    with tool.store.begin() as session:
        row = queries.platforms.registration_by_client(session, known.platform_id, known.client_id)
        row.product = "canvas"
    return school.launch(person, **{CLAIM + "resource_link": {"id": "42"}, CLAIM + "custom": {}})


def text_of(page: TestResponse) -> str:
    """What a person reads: no tags, no folded spaces."""
    body = re.sub(r"<(script|style).*?</\1>", " ", page.text, flags=re.S)
    body = re.sub(r"</?(time|span|a|b|bdi|q|strong)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found, f"no hidden field {name}"
    return unescape(found[1])


def list_of_everybody(school: School, rule_id: int = 1, **claims: Any) -> TestResponse:
    """What Zane sees who opens her course, and there the list of everybody about the badge of the rule."""
    form = {"_launch": hidden(school.launch(ZANE, **claims), "_launch")}
    return school.browser.post(f"/lti/app/rules/{rule_id}/people", data=form)


def data_of(page: TestResponse) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'data-([\w-]+)="([^"]*)"', page.text)}


def policy(page: TestResponse) -> dict[str, list[str]]:
    """The Content-Security-Policy by directive."""
    rules = page.headers["Content-Security-Policy"].split("; ")
    return {name: values for name, *values in (rule.split() for rule in rules)}


@pytest.fixture(scope="session")
def school_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def network(school_key) -> Network:
    network = Network()
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(school_key.public_key()))
    public |= {"kid": "school", "alg": "RS256", "use": "sig"}
    network.table[NEW_REGISTRATION.jwks_url] = {"keys": [public]}
    return network


@pytest.fixture
def web_tool(tool, network, clock) -> Tool:
    return replace(
        tool,
        outgoing=network,
        verifier_outgoing=network,
        key_sets=KeySets(network, lambda: clock().timestamp()),
    )


@pytest.fixture(scope="session")
def made_app() -> list[Flask]:
    """The application, once a test has made it: its routes and pages are compiled once."""
    return []


@pytest.fixture
def app(web_tool, made_app):
    """Without limits to what is asked in a minute: tests ask more often than people do."""
    if not made_app:
        made_app.append(create_app(web_tool))
        rate_limits.switch_off(made_app[0])
    install(made_app[0], web_tool)
    page_issuer.set_up(made_app[0])
    # As it was made, whatever the test before has had its clients name: see `visit_at_its_address`.
    made_app[0].config.update(SERVER_NAME=None, PREFERRED_URL_SCHEME="http")
    return made_app[0]


@pytest.fixture
def browser(app) -> FlaskClient:
    return browser_of(app)


def visit_at_its_address(app) -> None:
    """Makes the clients of the application name the host that is the tool's own, instead of localhost."""
    app.config.update(SERVER_NAME=TOOL.removeprefix("https://"), PREFERRED_URL_SCHEME="https")


def browser_of(app) -> FlaskClient:
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_HOST"] = "badges.example.org"
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


@pytest.fixture
def statements(web_tool) -> Iterator[list[str]]:
    """The statements that are sent to the database, in a list that grows."""
    found: list[str] = []

    def note(*arguments: Any) -> None:
        found.append(arguments[2])

    event.listen(web_tool.store.engine, "before_cursor_execute", note)
    yield found
    event.remove(web_tool.store.engine, "before_cursor_execute", note)


@pytest.fixture
def school(web_tool, browser, school_key, clock, published) -> School:
    with web_tool.store.begin() as session:
        registration = registrations.add(session, NEW_REGISTRATION, clock())
        custom = place_badge(session, web_tool, registration.id, published)
    return School(browser=browser, key=school_key, clock=clock, badge=published, custom=custom)


@pytest.fixture
def place(school, web_tool):
    """Places the badge by other conditions; the custom parameters of its link."""

    def place(*conditions, **changes):
        with web_tool.store.begin() as session:
            return place_badge(session, web_tool, 1, school.badge, *conditions, **changes)

    return place


@pytest.fixture
def teaching(school) -> TestResponse:
    """Zane's page of the course, whose link is open to Toms and her alone."""
    return school.launch(ZANE)


@pytest.fixture
def course_rule(teaching, web_tool) -> int:
    from lti_tool.store.models import AwardRule

    with web_tool.store.read() as session:
        return session.query(AwardRule).one().id


@pytest.fixture
def annas_badge(web_tool, platform, course_rule, clock) -> str:
    """The id of the credential that Anna has earned."""
    from lti_tool.store.models import CredentialRow

    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, ANNA)
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        return session.query(CredentialRow).one().id


@pytest.fixture
def services(web_tool, platform, monkeypatch):
    """Lets the pages ask the fake platform."""
    monkeypatch.setattr(type(web_tool), "connect", lambda self, registration: platform)
    return platform
