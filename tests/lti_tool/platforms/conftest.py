"""A platform of plain Python that signs what a test wants, and doubles for the expiring values and the network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from requests.structures import CaseInsensitiveDict

from lti_tool.errors import OutgoingError
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.launch import Arrival, launch
from lti_tool.platforms.login import LoginAnswer, login
from lti_tool.platforms.tool_keys import new_tool_key
from lti_tool.values import Json, Registration, ToolKey, origin_of

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
TOOL = "https://tool.example"
LAUNCH_URL = f"{TOOL}/lti/launch"
MOODLE = "https://moodle.example"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECRET_KEY = "a secret of the tests alone"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class DictExpiringValues:
    """ExpiringValues of one process; atomic, as the real ones must be. Nothing expires."""

    def __init__(self) -> None:
        self.values: dict[str, Json] = {}
        self._lock = threading.Lock()

    def put(self, key: str, value: Json, seconds: int) -> None:
        assert len(key) <= 200
        with self._lock:
            self.values[key] = json.loads(json.dumps(value))

    def add(self, key: str, value: Json, seconds: int) -> bool:
        assert len(key) <= 200
        with self._lock:
            return self.values.setdefault(key, value) is value

    def take(self, key: str) -> Json | None:
        with self._lock:
            return self.values.pop(key, None)

    def peek(self, key: str) -> Json | None:
        return self.values.get(key)

    def all_of(self, prefix: str) -> Mapping[str, Json]:
        return {key: value for key, value in self.values.items() if key.startswith(prefix)}


@dataclass
class Call:
    method: str
    url: str
    headers: Mapping[str, str]
    data: Any
    seconds: float | None = None


class Network:
    """An Outgoing that answers from a table; what stands there may be an answer, a list of them, or an error."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Any] = {}
        self.calls: list[Call] = []
        self.check_url = Outgoing().check_url

    def on(
        self,
        method: str,
        url: str,
        body: Any = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        content = (
            body
            if isinstance(body, bytes)
            else body.encode()
            if isinstance(body, str)
            else json.dumps(body).encode()
        )
        answer = HttpResponse(
            status=status, headers=CaseInsensitiveDict(headers or {}), body=content, url=url
        )
        self.answers.setdefault((method, url), []).append(answer)

    def fail(self, method: str, url: str, message: str = "lms.example cannot be reached") -> None:
        self.answers[(method, url)] = [OutgoingError(message)]

    def remove(self, method: str, url: str) -> None:
        self.answers.pop((method, url), None)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        max_bytes: int = 2_000_000,
        seconds: float | None = None,
    ) -> HttpResponse:
        self.calls.append(Call(method, url, headers or {}, data, seconds))
        waiting = self.answers.get((method, url))
        if not waiting:
            raise OutgoingError(f"nothing was prepared for {method} {url}")
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch(self, url: str, max_bytes: int = 2_000_000) -> bytes:
        answer = self.request("GET", url)
        if answer.status != 200:
            raise OutgoingError(f"answered {answer.status}")
        return answer.body

    def calls_to(self, url: str) -> list[Call]:
        return [call for call in self.calls if call.url == url]


@dataclass(frozen=True)
class PlatformKeys:
    """Key pairs made once a run: making them takes longer than all the checks."""

    first: rsa.RSAPrivateKey
    second: rsa.RSAPrivateKey
    unpublished: rsa.RSAPrivateKey
    short: rsa.RSAPrivateKey
    curve: ec.EllipticCurvePrivateKey
    tool: ToolKey


@pytest.fixture(scope="session")
def platform_keys() -> PlatformKeys:
    def make(size: int = 2048) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=size)

    return PlatformKeys(
        make(), make(), make(), make(1024), ec.generate_private_key(ec.SECP256R1()), new_tool_key()
    )


def public_jwk(private: Any, kid: str, **more: Any) -> Json:
    if isinstance(private, rsa.RSAPrivateKey):
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key()))
    else:
        jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private.public_key()))
    jwk.pop("key_ops", None)
    return jwk | {"kid": kid, "use": "sig"} | more


@dataclass
class ToolAndPlatform:
    """A tool and a platform that is registered with it."""

    keys: PlatformKeys
    clock: Clock
    expiring_values: DictExpiringValues
    network: Network
    registrations: list[Registration]
    key_sets: KeySets
    launch_url: str = LAUNCH_URL
    claims: Json = field(default_factory=dict)

    def find(self, platform_id: str, client_id: str | None) -> Registration | None:
        found = [
            one
            for one in self.registrations
            if one.platform_id == platform_id and client_id in (None, one.client_id)
        ]
        return found[0] if len(found) == 1 else None

    def publish(self, *keys: Json) -> None:
        url = self.registrations[0].jwks_url
        self.network.remove("GET", url)
        self.network.on("GET", url, {"keys": list(keys)})

    def login(self, **parameters: str) -> LoginAnswer:
        sent = {
            "iss": self.registrations[0].platform_id,
            "client_id": self.registrations[0].client_id,
            "login_hint": "4",
            "target_link_uri": self.launch_url,
        } | parameters
        return login(
            {name: value for name, value in sent.items() if value},
            self.find,
            SECRET_KEY,
            self.launch_url,
            self.is_own_page,
            self.clock(),
        )

    def is_own_page(self, url: str) -> bool:
        return origin_of(url) == origin_of(self.launch_url)

    def token(
        self,
        answer: LoginAnswer,
        *,
        key: Any = None,
        kid: str = "first",
        algorithm: str = "RS256",
        without: tuple[str, ...] = (),
        **changes: Any,
    ) -> str:
        claims = self.claims | {"nonce": nonce_of(answer)} | changes
        for name in without:
            claims.pop(name, None)
        return jwt.encode(claims, key or self.keys.first, algorithm=algorithm, headers={"kid": kid})

    def post(self, answer: LoginAnswer, token: str, *, cookies: bool = True, **form: str) -> Arrival:
        sent = {answer.cookie_name: answer.cookie_value} if cookies else {}
        return self.receive({"id_token": token, "state": answer.state} | form, sent)

    def receive(self, form: Mapping[str, str], cookies: Mapping[str, str]) -> Arrival:
        """What the tool makes of a posted form."""
        return launch(
            form,
            cookies,
            self.find,
            self.expiring_values,
            self.key_sets,
            SECRET_KEY,
            self.is_own_page,
            self.clock(),
        )

    def launch(self, **changes: Any) -> Arrival:
        """Login and launch, with these claims or arguments of `token` changed."""
        answer = self.login()
        return self.post(answer, self.token(answer, **changes))


def nonce_of(answer: LoginAnswer) -> str:
    return parse_qs(urlsplit(answer.location).query)["nonce"][0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def registration() -> Registration:
    return Registration(
        id=1,
        platform_id=MOODLE,
        client_id="tool-1",
        auth_login_url=f"{MOODLE}/mod/lti/auth.php",
        auth_token_url=f"{MOODLE}/mod/lti/token.php",
        jwks_url=f"{MOODLE}/mod/lti/certs.php",
        product="moodle",
    )


@pytest.fixture
def lti(
    platform_keys: PlatformKeys, clock: Clock, network: Network, registration: Registration
) -> ToolAndPlatform:
    now = int(clock.seconds())
    lti = ToolAndPlatform(
        keys=platform_keys,
        clock=clock,
        expiring_values=DictExpiringValues(),
        network=network,
        registrations=[registration],
        key_sets=KeySets(network, clock.seconds),  # type: ignore[arg-type]
        claims={
            "iss": registration.platform_id,
            "aud": registration.client_id,
            "sub": "4",
            "iat": now,
            "exp": now + 60,
            "name": "Anna Ozola",
            "email": "anna@riga.example",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "version": "1.3.0",
            CLAIM + "deployment_id": "1",
            CLAIM + "target_link_uri": LAUNCH_URL,
            CLAIM + "resource_link": {"id": "7", "title": "Data literacy badge"},
            CLAIM + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            CLAIM + "context": {"id": "2", "label": "DL", "title": "Data literacy"},
        },
    )
    lti.publish(public_jwk(platform_keys.first, "first", alg="RS256"))
    return lti


@pytest.fixture
def recorded(shared: Path) -> Callable[[str], Any]:
    """A recording of a real platform by its path in ../shared/data, as JSON."""

    def read(path: str) -> Any:
        return json.loads((shared / "data" / path).read_text(encoding="utf-8"))

    return read


@pytest.fixture
def jwk_of() -> Callable[..., Json]:
    return public_jwk
