"""A strict OpenID provider on a port of this machine, and the faults that a test gives it."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "badges:tool", "a secret / of the provider+"


@dataclass
class Provider:
    """What the provider knows. `user`: who is signed in there, as claims; None for nobody, who then refuses.

    `faults` are claims that replace those of an ID token (None leaves one out), or, by a name with a dash, change how
    it is made: `alg-none`, `alg-hs`, `other-key`, `nonce-replayed`. `asked` are the queries of its page.
    """

    url: str
    clock: Callable[[], float]
    user: dict[str, Any] | None = field(default_factory=lambda: {"sub": "ieva", "name": "Ieva Kalniņa"})
    faults: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    response_iss: str | None = "own"
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    calls: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to. A request that is not as it has to be is an error of the test."""
        self.asked.append(query)
        assert query["client_id"] == CLIENT_ID and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
        assert "openid" in query["scope"].split() and query["nonce"] and query["state"]
        answer = {"state": query["state"]}
        if self.response_iss is not None:
            answer["iss"] = self.url if self.response_iss == "own" else self.response_iss
        if self.user is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.codes[answer["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code: once, to the client it was given to, with the verifier of its challenge."""
        query = self.codes.pop(form.get("code", ""), None)
        pair = b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        verifier = sha256(form.get("code_verifier", "").encode()).digest()
        if (
            query is None
            or [unquote(each) for each in pair] != [CLIENT_ID, CLIENT_SECRET]
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != query["redirect_uri"]
            or urlsafe_b64encode(verifier).decode().rstrip("=") != query["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(query)}

    def id_token(self, query: dict[str, str]) -> str:
        now = int(self.clock())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now if query.get("prompt") == "login" else now - 3600,
            "nonce": self.asked[0]["nonce"] if "nonce-replayed" in self.faults else query["nonce"],
        }
        claims |= (self.user or {}) | {name: one for name, one in self.faults.items() if "-" not in name}
        claims = {name: value for name, value in claims.items() if value is not None}
        if "alg-none" in self.faults:
            parts = ({"alg": "none", "kid": "one"}, claims)
            return ".".join(_text(json.dumps(part).encode()) for part in parts) + "."
        if "alg-hs" in self.faults:
            # Signed with what everybody knows: the public key.
            parts = ({"alg": "HS256", "kid": "one"}, claims)
            signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
            mac = hmac.digest(self.key.as_pem(private=False), signed.encode(), sha256)
            return f"{signed}.{_text(mac)}"
        key = RSAKey.generate_key(2048) if "other-key" in self.faults else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key)

    def rotate(self) -> None:
        """From now on it signs with another key, and shows no other."""
        self.key = RSAKey.generate_key(2048, {"kid": "two"})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.calls.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        match parts.path:
            case "/.well-known/openid-configuration":
                self._answer(200, self.provider.document())
            case "/keys":
                self._answer(200, self.provider.keys())
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
            case _:
                self._answer(404, {})

    def do_POST(self) -> None:
        self.provider.calls.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(*self.provider.token(form, self.headers.get("Authorization", "")))

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written about requests."""


@contextmanager
def running_provider(clock: Callable[[], float]) -> Iterator[Provider]:
    """The provider while it answers, at a name and a port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(url=f"http://idp.localhost:{server.server_address[1]}", clock=clock)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
