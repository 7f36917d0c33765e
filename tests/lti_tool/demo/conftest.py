"""A fake tool written for these tests, and an adapter that connects it to the LMS without sockets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify, redirect, request
from jwt.algorithms import RSAAlgorithm
from requests.adapters import BaseAdapter
from werkzeug.test import Client

from lti_tool.demo.campus import Link
from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from lti_tool.demo.state import Lms

LMS = "http://lms.localhost:8001"
TOOL = "http://tool.localhost:8000"
CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
)
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that only `advance` moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class WsgiAdapter(BaseAdapter):
    """Takes requests to WSGI applications by host, `*` for every other. Raises ConnectionError for unknown hosts."""

    def __init__(self, apps: dict[str, Flask]) -> None:
        super().__init__()
        self.apps = apps

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        app = self.apps.get(parts.hostname or "", self.apps.get("*"))
        if app is None:
            raise requests.ConnectionError(f"no application at {parts.hostname}")
        body = request.body or b""
        answer = Client(app, use_cookies=False).open(
            path=parts.path or "/",
            query_string=parts.query,
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=request.method,
            headers=list((request.headers or {}).items()),
            data=body.encode() if isinstance(body, str) else body,
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers.items())
        response.url = request.url or ""
        response.request = request
        response._content = answer.get_data()
        # Where requests looks for cookies: the message of http.client.
        message = Message()
        for name, value in answer.headers.items():
            message[name] = value
        response.raw = SimpleNamespace(_original_response=SimpleNamespace(msg=message))
        return response

    def close(self) -> None:
        pass


@dataclass
class FakeTool:
    """A tool that records what the LMS sends it. `items` are the content items with which it answers deep linking.

    `logins` and `responses` are the forms of login and launch, `visits` the user agents that fetched its address.
    """

    app: Flask
    key: rsa.RSAPrivateKey
    kid: str = "t1"
    key_set_down: bool = False
    logins: list[dict[str, str]] = field(default_factory=list)
    responses: list[dict[str, str]] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    registration: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    registration_changes: dict[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] = SCOPES
    asks_to_confirm: bool = False

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid, **header})

    def registration_request(self) -> dict[str, Any]:
        return {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{TOOL}/login",
            "redirect_uris": [f"{TOOL}/launch"],
            "client_name": "Fake tool",
            "jwks_uri": f"{TOOL}/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": " ".join(self.scopes),
            CONFIGURATION: {
                "domain": "tool.localhost:8000",
                "target_link_uri": f"{TOOL}/launch",
                "claims": ["iss", "sub", "name", "email"],
                "custom_parameters": {"who": "$User.id", "unknown": "$Foo.bar"},
                "messages": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest", "target_link_uri": f"{TOOL}/launch"},
                ],
            },
        }


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_fake_tool(clock: Clock) -> FakeTool:
    app = Flask("tool")
    tool = FakeTool(app=app, key=_key())
    http = requests.Session()

    @app.get("/register")
    def register() -> str:
        query = urlencode(request.args.to_dict()).replace("&", "&amp;")
        hidden = "<input type=hidden name=x value=1><button>Go</button>"
        return f'<form method=post action="/register?{query}">{hidden}</form>'

    @app.post("/register")
    def registered() -> str:
        http.mount("http://", tool.app.extensions["adapter"])
        platform = http.get(request.args["openid_configuration"]).json()
        answer = http.post(
            platform["registration_endpoint"],
            json={**tool.registration_request(), **tool.registration_changes},
            headers={"Authorization": f"Bearer {request.args['registration_token']}"},
        )
        tool.registration = {"status": answer.status_code, "text": answer.text, "platform": platform}
        if not answer.ok:
            return f"<p>{answer.status_code} {answer.text}</p>"
        tool.registration |= answer.json()
        return "<script>parent.postMessage({subject:'org.imsglobal.lti.close'},'*')</script>"

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        login_request = request.values.to_dict()
        tool.logins.append(login_request)
        return redirect(
            f"{tool.registration['platform']['authorization_endpoint']}?{urlencode(auth_request(login_request))}"
        )  # type: ignore[return-value]

    @app.route("/launch", methods=["GET", "POST"])
    def launch() -> str:
        if request.method == "GET":
            tool.visits.append(request.headers["User-Agent"])
            return "nothing here"
        tool.responses.append(request.form.to_dict())
        if "id_token" not in request.form:
            return f"<p>{request.form.get('error')}</p>"
        claims = jwt.decode(request.form["id_token"], options={"verify_signature": False})
        if claims["https://purl.imsglobal.org/spec/lti/claim/message_type"] == "LtiDeepLinkingRequest":
            where = claims["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"]
            radios = "".join(
                f"<label><input type=radio name=badge value={number}> {item['title']}</label>"
                for number, item in enumerate(tool.items)
            )
            state = json.dumps(
                {"url": where["deep_link_return_url"], "iss": claims["iss"], "aud": claims["aud"]}
            )
            return (
                f"<form method=post action=/answer><input type=hidden name=state value='{state}'>"
                f"{radios}<button>Add</button></form>"
            )
        if tool.asks_to_confirm:
            return (
                "<p>Is this you?<form method=post action=/lti/confirm><input type=hidden name=ticket value=1>"
                "<button>Continue</button></form>"
            )
        return f"<h1>Hello {claims.get('name')}</h1>"

    @app.post("/lti/confirm")
    def confirm() -> str:
        return f"<p>Confirmed {request.form['ticket']}"

    @app.post("/answer")
    def answer() -> str:
        state = json.loads(request.form["state"])
        token = tool.sign(content_items(state, [tool.items[int(request.form["badge"])]], clock))
        return (
            f'<form method=post action="{state["url"].replace("&", "&amp;")}">'
            f'<input type=hidden name=JWT value="{token}"></form><script>document.forms[0].submit()</script>'
        )

    @app.get("/jwks")
    def jwks() -> Any:
        if tool.key_set_down:
            return "down", 503
        jwk = json.loads(RSAAlgorithm.to_jwk(tool.key.public_key()))
        return jsonify(keys=[{**jwk, "kid": tool.kid, "alg": "RS256", "use": "sig"}])

    return tool


def auth_request(login: dict[str, str]) -> dict[str, str]:
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": f"{TOOL}/launch",
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
        "state": "state-1",
        "nonce": "nonce-1",
    }


def content_items(state: dict[str, str], items: list[dict[str, Any]], clock: Clock) -> dict[str, Any]:
    now = int(clock().timestamp())
    return {
        "iss": state["aud"],
        "aud": [state["iss"]],
        "iat": now,
        "exp": now + 300,
        "nonce": secrets.token_hex(8),
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiDeepLinkingResponse",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti-dl/claim/content_items": items,
    }


@dataclass
class LmsWithTool:
    """The LMS and a fake tool, each reaching the other."""

    app: Flask
    tool: FakeTool
    robot: Robot
    http: requests.Session
    clock: Clock

    @property
    def lms(self) -> Lms:
        lms: Lms = self.app.extensions["lms"]
        return lms

    def register(self) -> LmsWithTool:
        self.robot.register(f"{TOOL}/register?code=1")
        return self

    def place_badge(self, minimum_percent: int | None = 60, **item: Any) -> str:
        """The address of a new activity in the Data Literacy course, with a badge of the fake tool."""
        self.tool.items = [
            {
                "type": "ltiResourceLink",
                "title": "Badge",
                "url": f"{TOOL}/launch",
                "custom": {"badge": "b1"},
                **item,
            }
        ]
        return self.robot.place_badge("Data Literacy", minimum_percent=minimum_percent)

    @property
    def link(self) -> Link:
        return list(self.lms.campus.links.values())[-1]

    def launch(self, person: str, activity: str) -> dict[str, Any]:
        """The claims of this person's launch."""
        self.robot.open_activity(person, activity)
        token = self.tool.responses[-1]["id_token"]
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return claims

    def assertion(self, **changes: Any) -> dict[str, str]:
        """The form of a token request as a careful tool sends it."""
        now = int(self.clock().timestamp())
        client_id = self.tool.registration["client_id"]
        endpoint = self.tool.registration["platform"]["token_endpoint"]
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": endpoint,
            "iat": now - 30,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.tool.sign(claims),
            "scope": " ".join(self.tool.scopes),
        }

    def request_token(self, form: dict[str, str]) -> requests.Response:
        return self.http.post(self.tool.registration["platform"]["token_endpoint"], data=form)

    def call(self, method: str, url: str, media_type: str = "", **more: Any) -> requests.Response:
        """A service call with a fresh token and this media type."""
        token = self.request_token(self.assertion()).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        if media_type:
            headers["Accept" if method == "GET" else "Content-Type"] = media_type
        return self.http.request(method, url, headers=headers, **more)


def connect_lms_and_tool(product: Any, learners: int = 30) -> LmsWithTool:
    clock = Clock()
    tool = make_fake_tool(clock)
    apps: dict[str, Flask] = {"tool.localhost": tool.app}
    adapter = WsgiAdapter(apps)
    http = requests.Session()
    http.mount("http://", adapter)
    app = create_lms(url=LMS, product=product, clock=clock, learners=learners, http=http)
    apps |= {name: app for name in ("lms.localhost", "canvas.localhost", "sso.localhost")}
    tool.app.extensions["adapter"] = adapter
    person = requests.Session()
    person.mount("http://", adapter)
    return LmsWithTool(app=app, tool=tool, robot=Robot(LMS, http=person), http=http, clock=clock)


@pytest.fixture
def moodle() -> LmsWithTool:
    return connect_lms_and_tool("moodle").register()


@pytest.fixture
def canvas() -> LmsWithTool:
    return connect_lms_and_tool("canvas").register()


@pytest.fixture
def unregistered() -> Callable[[str], LmsWithTool]:
    """A function that connects an LMS of this product and a tool that is not registered yet."""
    return connect_lms_and_tool
