"""A Moodle that connects My badges as a backpack of its learner, by Badge Connect: it asks as Moodle's classes do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lti_tool.web.conftest import FROM_US

TOOL = "https://badges.example.org"
API = "/ims/ob/v2p1"
SCOPE = "https://purl.imsglobal.org/spec/ob/v2p1/scope/"


def path(address: str) -> str:
    """The path of an address of the host."""
    assert address.startswith(f"{TOOL}/"), address
    return address.removeprefix(TOOL)


@dataclass(kw_only=True)
class Moodle:
    """`own` is its connection, `learner` the browser of its learner, `site` its address.

    `endpoints` are the rows in which it keeps the addresses of the host, `token` is what it stores of a token.
    """

    own: FlaskClient
    learner: FlaskClient
    site: str
    endpoints: dict[str, str] = field(default_factory=dict)
    scopes: str = ""
    client: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    verifier: str = ""

    # --- What its administrator does: Manage backpacks, Open Badges v2.1

    def discover(self, base_url: str = TOOL) -> None:
        """Reads the manifest: each name that ends in Url becomes an endpoint, and `apiBase` one too."""
        address = base_url + ("" if base_url.endswith("/") else "/") + ".well-known/badgeconnect.json"
        answer = self.own.get(path(address))
        assert answer.status_code == 200
        described = answer.json["badgeConnectAPI"][-1]
        for name, value in described.items():
            if name.endswith("Url"):
                self.endpoints[f"{name.removesuffix('Url').lower()}_endpoint"] = value
            elif name == "apiBase":
                self.endpoints[name] = value
            elif name == "scopesOffered":
                self.scopes = " ".join(value)
        assert all(each.startswith("https://") for each in self.endpoints.values())
        assert described["image"].startswith("https://") and described["name"]

    def register(self, **changes: Any) -> TestResponse:
        asked = {
            "client_name": "Liepājas skola",
            "client_uri": f"{self.site}/",
            "logo_uri": f"{self.site}/pix/moodlelogo.png",
            "tos_uri": f"{self.site}/",
            "policy_uri": f"{self.site}/",
            "software_id": "moodle",
            "software_version": "2024100706.00",
            "redirect_uris": [self.callback],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": self.scopes.replace("\r", " "),
        } | changes
        headers = {"Content-type": "application/json", "Accept": "application/json"}
        answer = self.own.post(
            path(self.endpoints["registration_endpoint"]), data=json.dumps(asked), headers=headers
        )
        if "client_id" in answer.json:
            self.client = answer.json
        return answer

    @property
    def callback(self) -> str:
        return f"{self.site}/admin/oauth2callback.php"

    # --- What its learner does: Connect to backpack, Add to backpack

    def ask(self, **changes: str) -> TestResponse:
        """The page to which it sends its learner. It loses the first of the scopes on the way there."""
        self.verifier = base64.urlsafe_b64encode(secrets.token_bytes(43)).rstrip(b"=").decode()
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "client_id": self.client["client_id"],
            "response_type": "code",
            "redirect_uri": self.callback,
            "state": "/badges/backpack-connect.php?action=authorization&sesskey=kZq3&backpackid=3",
            "scope": " ".join(self.scopes.split(" ")[1:]),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | changes
        return self.learner.get(f"{path(self.endpoints['authorization_endpoint'])}?{urlencode(asked)}")

    def answer(self, page: TestResponse, answer: str = "yes") -> dict[str, str]:
        """What its callback is called with, once the learner has pressed a button of the page."""
        form = re.search(
            r'<form method="post" action="([^"]+authorize[^"]*)">(.*?)</form>', page.text, re.DOTALL
        )
        assert form, page.text
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
        values = {unescape(name): unescape(value) for name, value in fields} | {"answer": answer}
        sent = self.learner.post(unescape(form[1]), data=values, headers=FROM_US)
        back = urlsplit(sent.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == self.callback
        return dict(parse_qsl(back.query))

    def exchange(self, code: str, **changes: str) -> TestResponse:
        """Asks for a token: its id and secret are in Basic credentials, not escaped."""
        form = {
            "code": code,
            "grant_type": "authorization_code",
            "redirect_uri": self.callback,
            "scope": self.scopes,
            "code_verifier": self.verifier,
        } | changes
        secret = f"{self.client['client_id']}:{self.client['client_secret']}".encode()
        return self._token(form, {"Authorization": f"Basic {base64.b64encode(secret).decode()}"})

    def refresh(self, **changes: str) -> TestResponse:
        """Asks for another token: now its id and secret are in the body."""
        form = {
            "refresh_token": self.token["refreshtoken"],
            "grant_type": "refresh_token",
            "scope": self.token["scope"],
            "client_id": self.client["client_id"],
            "client_secret": self.client["client_secret"],
        } | changes
        return self._token(form, {})

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> TestResponse:
        return self.own.post(path(self.endpoints["token_endpoint"]), data=form, headers=headers)

    def store(self, answer: TestResponse) -> None:
        """Stores a token; without a refresh token or a scope it fails."""
        assert answer.status_code == 200, answer.text
        given = answer.json
        assert given["expires_in"] > 10
        self.token = {
            "token": given["access_token"],
            "refreshtoken": given["refresh_token"],
            "scope": given["scope"],
        }

    def connect(self) -> None:
        """All of it, up to the message that the backpack is connected."""
        self.discover()
        assert self.register().status_code == 201
        self.store(self.exchange(self.answer(self.ask())["code"]))

    def push(self, assertion: Any, **body: Any) -> TestResponse:
        """Posts a badge to the backpack."""
        return self.post(json.dumps({"assertion": assertion} | body).replace("/", "\\/"))

    def post(self, body: str | bytes) -> TestResponse:
        headers = {
            "Authorization": f"Bearer {self.token['token']}",
            "Content-type": "application/json",
            "Accept": "application/json",
            "Expect": "",
        }
        return self.own.post(f"{path(self.endpoints['apiBase'])}/assertions", data=body, headers=headers)

    def get(self, name: str = "assertions", **query: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token['token']}", "Accept": "application/json"}
        return self.own.get(f"{path(self.endpoints['apiBase'])}/{name}", query_string=query, headers=headers)


def message_of(answer: TestResponse) -> str | None:
    """What Moodle shows its learner: None where it says that the badge was added, else its line for an error."""
    status = answer.json["status"]
    if status["statusCode"] == 200:
        return None
    assert answer.status_code == status["statusCode"] and isinstance(status["error"], str)
    return status["error"]
