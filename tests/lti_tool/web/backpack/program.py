"""A program that keeps to the Open Badges 3.0 API, and notes what a host did of what it has to do."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lti_tool.web.backpack.official import breaches, breaches_of_answer

SITE = "https://wallet.example"
REDIRECT = f"{SITE}/back?from=host"
SCOPE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
READ, UPSERT = f"{SCOPE}credential.readonly", f"{SCOPE}credential.upsert"
READ_PROFILE, UPDATE_PROFILE = f"{SCOPE}profile.readonly", f"{SCOPE}profile.update"
ALL = (READ, UPSERT, READ_PROFILE, UPDATE_PROFILE, "offline_access")
API = "/ims/ob/v3p0"
FROM_US = {"Sec-Fetch-Site": "same-origin"}


def metadata(site: str = SITE, **changes: Any) -> dict[str, Any]:
    """What a program says of itself when it registers."""
    return {
        "client_name": "Wallet of Everybody",
        "client_uri": f"{site}/",
        "logo_uri": f"{site}/logo.png",
        "tos_uri": f"{site}/terms",
        "policy_uri": f"{site}/privacy",
        "software_id": "4d1c7a52-wallet",
        "software_version": "1.2",
        "redirect_uris": [f"{site}/back?from=host"],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(ALL),
    } | changes


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(kw_only=True)
class Program:
    """`own` is the connection of the program itself, `learner` the browser in which somebody is signed in."""

    own: FlaskClient
    learner: FlaskClient
    site: str = SITE
    seen: Counter[str] = field(default_factory=Counter)
    described: dict[str, Any] = field(default_factory=dict)
    client: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = "state of the program: 1/2 & ä"

    def expect(self, requirement: str, found: Any) -> None:
        """That the host does what the requirement asks for."""
        assert found, requirement
        self.seen[requirement] += 1

    def fits(self, answer: TestResponse, method: str, path: str) -> None:
        wrong = breaches_of_answer(answer, method, path)
        assert wrong == [], wrong
        self.seen["answers are as in the official OpenAPI"] += 1

    # --- Discovery and registration

    def discover(self) -> None:
        answer = self.own.get(f"{API}/discovery")
        self.expect("discovery needs no token", answer.status_code == 200)
        self.expect("discovery is JSON", answer.mimetype == "application/json")
        self.fits(answer, "get", "/discovery")
        self.expect(
            "discovery is a Service Description Document",
            not breaches(answer.json, "ServiceDescriptionDocument"),
        )
        self.expect("discovery may be cached", "max-age" in answer.headers["Cache-Control"])
        again = self.own.get(f"{API}/discovery", headers={"If-None-Match": answer.headers["ETag"]})
        self.expect("discovery has an ETag", again.status_code == 304 and not again.data)
        self.described = answer.json
        for name in ("title", "version", "termsOfService", "x-imssf-privacyPolicyUrl", "x-imssf-image"):
            self.expect("discovery names the host", self.described["info"].get(name))
        scheme = self.scheme
        self.expect(
            "discovery has OAuth2ACG", scheme["type"] == "oauth2" and scheme["x-imssf-registrationUrl"]
        )
        for name in ("authorizationUrl", "tokenUrl", "refreshUrl"):
            self.expect("discovery has absolute addresses", self.flow[name].startswith("https://"))
        self.expect(
            "discovery names the scopes",
            set(self.flow["scopes"]) >= {READ, UPSERT, READ_PROFILE, UPDATE_PROFILE},
        )

    @property
    def scheme(self) -> dict[str, Any]:
        return self.described["components"]["securitySchemes"]["OAuth2ACG"]

    @property
    def flow(self) -> dict[str, Any]:
        return self.scheme["flows"]["authorizationCode"]

    def register(self, **changes: Any) -> TestResponse:
        asked = metadata(self.site, **changes)
        answer = self.own.post(path(self.scheme["x-imssf-registrationUrl"]), json=asked)
        self.expect("registration answers 201", answer.status_code == 201)
        self.expect("a secret is cached nowhere", "no-store" in answer.headers["Cache-Control"])
        self.client = answer.json
        for name in ("client_id", "client_secret"):
            self.expect(
                "registration gives id and secret", isinstance(self.client[name], str) and self.client[name]
            )
        for name in ("client_id_issued_at", "client_secret_expires_at"):
            self.expect("registration says since when and until when", isinstance(self.client[name], int))
        for name, value in asked.items():
            self.expect("registration returns what was registered", self.client.get(name) == value)
        return answer

    # --- Authorization

    def request(self, *scopes: str, **changes: str | None) -> str:
        """The address to which the program sends its learner."""
        asked = {
            "response_type": "code",
            "client_id": self.client["client_id"],
            "redirect_uri": self.client["redirect_uris"][0],
            "scope": " ".join(scopes or ALL),
            "state": self.state,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{path(self.flow['authorizationUrl'])}?{query}"

    def ask(self, *scopes: str, **changes: str | None) -> TestResponse:
        """The page that the learner sees."""
        return self.learner.get(self.request(*scopes, **changes))

    def answer(
        self, page: TestResponse, answer: str = "yes", headers: dict[str, str] | None = None
    ) -> TestResponse:
        """What comes of a press on one of its buttons."""
        form = re.search(
            r'<form method="post" action="([^"]+authorize[^"]*)">(.*?)</form>', page.text, re.DOTALL
        )
        assert form, "a page without a form"
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
        values = {unescape(name): unescape(value) for name, value in fields} | {"answer": answer}
        return self.learner.post(
            unescape(form[1]), data=values, headers=FROM_US if headers is None else headers
        )

    def code(self, *scopes: str) -> str:
        """The code that the learner brings back, who has let the program in."""
        page = self.ask(*scopes)
        self.expect(
            "a learner is asked on a page",
            page.status_code == 200 and "Allow access to your badges?" in page.text,
        )
        sent = self.answer(page)
        self.expect("the browser is sent back", sent.status_code in (302, 303))
        back = sent.headers["Location"]
        given = dict(parse_qsl(urlsplit(back).query))
        self.expect(
            "it is sent to the very redirect_uri", back.startswith(f"{self.client['redirect_uris'][0]}&")
        )
        self.expect("state comes back as it was", given["state"] == self.state)
        self.expect("the scope comes back", set(given["scope"].split()) == set(scopes or ALL))
        self.expect("a code comes back", given["code"])
        return given["code"]

    # --- Tokens

    def ask_token(self, **form: str) -> TestResponse:
        basic = base64.b64encode(
            f"{self.client['client_id']}:{self.client['client_secret']}".encode()
        ).decode()
        return self.own.post(
            path(self.flow["tokenUrl"]), data=form, headers={"Authorization": f"Basic {basic}"}
        )

    def exchange(self, shown: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": shown,
            "redirect_uri": self.client["redirect_uris"][0],
            "code_verifier": self.verifier,
        }
        return self.ask_token(**form | changes)

    def take(self, answer: TestResponse) -> None:
        """Keeps the tokens of an answer."""
        self.expect("a token is given", answer.status_code == 200)
        self.expect("tokens are cached nowhere", "no-store" in answer.headers["Cache-Control"])
        self.expect("a token is a bearer token", answer.json["token_type"].lower() == "bearer")
        self.expect(
            "a token says for how long and for what",
            answer.json["expires_in"] == 3600 and answer.json["scope"],
        )
        self.tokens = answer.json

    def come_in(self, *scopes: str) -> None:
        """Discovery, registration, the learner's answer, and the token."""
        self.discover()
        self.register()
        self.take(self.exchange(self.code(*scopes)))

    def refresh(self, token: str | None = None, **changes: str) -> TestResponse:
        return self.ask_token(
            grant_type="refresh_token", refresh_token=token or self.tokens["refresh_token"], **changes
        )

    def revoke(self, token: str, hint: str, **client: str) -> TestResponse:
        given = self.client | client
        basic = base64.b64encode(f"{given['client_id']}:{given['client_secret']}".encode()).decode()
        return self.own.post(
            path(self.scheme["x-imssf-revocationUrl"]),
            data={"token": token, "token_type_hint": hint},
            headers={"Authorization": f"Basic {basic}"},
        )

    # --- The API

    def call(self, method: str, name: str, query: str = "", **options: Any) -> TestResponse:
        """An operation with the token, judged by the official document."""
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "Accept": "application/json, text/plain",
        }
        answer = self.own.open(
            f"{API}/{name}{query}", method=method, headers=headers | options.pop("headers", {}), **options
        )
        if name in ("credentials", "profile"):
            self.fits(answer, method.lower(), f"/{name}")
        return answer

    def bring(self, text: str, media_type: str = "application/json") -> TestResponse:
        return self.call("POST", "credentials", data=text.encode(), content_type=media_type)

    def read(self, **query: Any) -> TestResponse:
        return self.call("GET", "credentials", f"?{urlencode(query)}" if query else "")

    def read_all(self, limit: int) -> list[Any]:
        """Every badge, part by part, along the links."""
        found: list[Any] = []
        answer = self.read(limit=limit)
        while True:
            found += answer.json.get("credential", []) + answer.json.get("compactJwsString", [])
            links = links_of(answer)
            if "next" not in links:
                return found
            query = parse_qs(urlsplit(links["next"]).query)
            answer = self.read(**{name: values[0] for name, values in query.items()})


def links_of(answer: TestResponse) -> dict[str, str]:
    """The addresses of a Link header, by their relation, in its order."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {name: address for address, name in found}


def path(address: str) -> str:
    """The path of an address of the host."""
    assert address.startswith("https://badges.example.org/")
    return address.removeprefix("https://badges.example.org")
