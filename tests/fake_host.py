"""A host of Open Badges 3.0 that keeps to the standard, strictly, and does wrong what a test lets it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from requests.structures import CaseInsensitiveDict

from lti_tool.errors import OutgoingError
from lti_tool.outgoing import HttpResponse, Outgoing

SCOPE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
UPSERT = f"{SCOPE}credential.upsert"
API = "/ims/ob/v3p0"
JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    """What the host answers in place of what is right; `body` as it is, or an object as JSON."""

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def at(self, url: str) -> HttpResponse:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return HttpResponse(status=self.status, headers=CaseInsensitiveDict(self.headers), body=body, url=url)


class FakeHost(Outgoing):
    """The host at `base`, and the way there. Every call is noted in `calls`, as method and path.

    All that a client says of itself when it registers has to be at `client_site`.

    `wrong` has answers by path, each given once, and `always` those given each time.
    """

    def __init__(
        self,
        base: str = "https://backpack.example",
        client_site: str = "https://badges.example.org",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.base = base
        self.client_site = client_site
        self.calls: list[str] = []
        self.seen_headers: list[dict[str, str]] = []
        self.wrong: dict[str, list[Any]] = {}
        self.always: dict[str, Any] = {}
        self.clients: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self.used_refresh: set[str] = set()
        self.badges: dict[str, str] = {}
        self.token_changes: dict[str, Any] = {}
        self.secret_ends_at = 0
        self.etag = '"1"'
        self.described: dict[str, Any] = self._document()

    def _document(self) -> dict[str, Any]:
        return {
            "openapi": "3.0.1",
            "info": {
                "title": "Backpack of Everybody",
                "version": "3.0",
                "termsOfService": f"{self.base}/terms",
                "x-imssf-privacyPolicyUrl": f"{self.base}/privacy",
            },
            "components": {
                "securitySchemes": {
                    "OAuth2ACG": {
                        "type": "oauth2",
                        "x-imssf-registrationUrl": f"{self.base}/register",
                        "x-imssf-revocationUrl": f"{self.base}/revoke",
                        "flows": {
                            "authorizationCode": {
                                "authorizationUrl": f"{self.base}/authorize",
                                "tokenUrl": f"{self.base}/token",
                                "refreshUrl": f"{self.base}/refresh",
                                "scopes": {UPSERT: "Bring badges.", "offline_access": "Come again."},
                            }
                        },
                    }
                }
            },
        }

    @property
    def scheme(self) -> dict[str, Any]:
        return self.described["components"]["securitySchemes"]["OAuth2ACG"]

    @property
    def flow(self) -> dict[str, Any]:
        return self.scheme["flows"]["authorizationCode"]

    # --- What the tool calls

    def request(self, method: str, url: str, **given: Any) -> HttpResponse:
        self.check_url(url)
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self.base:
            raise OutgoingError("nobody is there")
        path = parts.path
        self.calls.append(f"{method} {path.removeprefix(API)}")
        headers = CaseInsensitiveDict(given.get("headers") or {})
        self.seen_headers.append(dict(headers))
        planned = self.always.get(path) or (self.wrong[path].pop(0) if self.wrong.get(path) else None)
        if isinstance(planned, Exception):
            raise planned
        if isinstance(planned, Answer):
            return planned.at(url)
        answers = {
            f"{API}/discovery": self._discovery,
            "/register": self._register,
            "/token": self._token,
            "/refresh": self._token,
            "/revoke": self._revoke,
            f"{API}/credentials": self._upsert,
        }
        data = given.get("data")
        body = data if isinstance(data, bytes) else str(data or "").encode()
        answer = answers[path](headers, body) if path in answers else Answer(404, {"error": "no such page"})
        if callable(planned):
            answer = planned(answer)
        return answer.at(url)

    def _discovery(self, headers: Any, _body: bytes) -> Answer:
        fresh = {"ETag": self.etag, "Cache-Control": "max-age=600"}
        if headers.get("If-None-Match") == self.etag:
            return Answer(304, headers=fresh)
        return Answer(200, self.described, JSON | fresh)

    def _register(self, _headers: Any, body: bytes) -> Answer:
        asked = json.loads(body)
        needed = ("client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "software_id", "scope")
        assert all(asked[name] for name in (*needed, "software_version")), asked
        hosts = {urlsplit(asked[name]).hostname for name in needed if name.endswith("_uri")}
        hosts |= {urlsplit(each).hostname for each in asked["redirect_uris"]}
        assert hosts == {urlsplit(self.client_site).hostname} and asked["response_types"] == ["code"]
        assert asked["token_endpoint_auth_method"] == "client_secret_basic"
        client = asked | {
            "client_id": f"client-{len(self.clients) + 1}",
            "client_secret": secrets.token_urlsafe(16),
            "client_id_issued_at": 1,
            "client_secret_expires_at": self.secret_ends_at,
        }
        self.clients[client["client_id"]] = client
        return Answer(201, client, JSON)

    def _client(self, headers: Any) -> str | None:
        kind, _, value = headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(value).decode().partition(":")
        known = self.clients.get(name)
        return name if kind == "Basic" and known and known["client_secret"] == secret else None

    def _token(self, headers: Any, body: bytes) -> Answer:
        form = dict(parse_qsl(body.decode()))
        client = self._client(headers)
        if client is None:
            return Answer(401, {"error": "invalid_client"}, JSON)
        if form["grant_type"] == "authorization_code":
            code = self.codes.pop(form["code"], None)
            challenge = (
                base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
                .rstrip(b"=")
                .decode()
            )
            if code is None or (code["client_id"], code["redirect_uri"], code["code_challenge"]) != (
                client,
                form["redirect_uri"],
                challenge,
            ):
                return Answer(400, {"error": "invalid_grant"}, JSON)
        else:
            token = form["refresh_token"]
            if token in self.used_refresh:
                # Somebody has stolen it: nothing works any more.
                self.access.clear()
                self.refresh.clear()
            if self.refresh.get(token) != client:
                return Answer(400, {"error": "invalid_grant"}, JSON)
            del self.refresh[token]
            self.used_refresh.add(token)
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access[access], self.refresh[refresh] = client, client
        answer = {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": f"{UPSERT} offline_access",
        } | self.token_changes
        return Answer(200, {name: value for name, value in answer.items() if value is not None}, JSON)

    def _revoke(self, headers: Any, body: bytes) -> Answer:
        form = dict(parse_qsl(body.decode()))
        assert self._client(headers) and form["token_type_hint"] in ("access_token", "refresh_token")
        self.access.pop(form["token"], None)
        self.refresh.pop(form["token"], None)
        return Answer(200)

    def _upsert(self, headers: Any, body: bytes) -> Answer:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.access:
            return Answer(401, {"error": "invalid_token"}, JSON)
        assert headers["Content-Type"] == "application/json"
        text = body.decode()
        name = json.loads(text)["id"]
        if self.badges.get(name) == text:
            return Answer(304)
        status = 200 if name in self.badges else 201
        self.badges[name] = text
        return Answer(status, body, JSON)

    # --- What the learner does there

    def let_in(self, url: str, **changes: str | None) -> str:
        """Where the learner is sent back who has allowed what the address asks for."""
        asked = dict(parse_qsl(urlsplit(url).query))
        client = self.clients[asked["client_id"]]
        assert url.startswith(f"{self.flow['authorizationUrl']}?") and asked["response_type"] == "code"
        assert asked["redirect_uri"] in client["redirect_uris"] and asked["code_challenge_method"] == "S256"
        assert UPSERT in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = {"code": code, "scope": asked["scope"], "state": asked["state"]} | changes
        query = {name: value for name, value in back.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(query)}"
