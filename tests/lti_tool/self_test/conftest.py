"""A platform whose every answer a test can change, and the self-test of its registration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.people import sessions
from lti_tool.self_test.making import made_self_test
from lti_tool.self_test.results import SelfTest, Step
from lti_tool.wiring import Tool
from tests.fixtures import NEW_REGISTRATION, ZANE, Clock, launch_of, register_once

MEMBERS = "https://moodle.example.org/members"
KEYS = {"keys": [{"kty": "RSA", "kid": "p1", "n": "AQAB", "e": "AQAB"}]}


@dataclass(kw_only=True)
class TestedPlatform(Outgoing):
    """Answers as a platform that is in order. `changed`: other answers by address; an error is raised."""

    __test__ = False
    clock: Clock
    refused: tuple[str, ...] = ()
    ahead: float | None = 0
    changed: dict[str, Any] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def request(self, method: str, url: str, *, data: Any = None, **_: Any) -> HttpResponse:
        self.called.append(url)
        answer = self.changed[url] if url in self.changed else self._usual(url, data)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        headers = CaseInsensitiveDict()
        if self.ahead is not None:
            at = self.clock.now.timestamp() + self.ahead
            headers["Date"] = formatdate(at, usegmt=True)
        text = body if isinstance(body, str) else json.dumps(body)
        return HttpResponse(status=status, headers=headers, body=text.encode(), url=url)

    def _usual(self, url: str, data: Any) -> Any:
        if url == NEW_REGISTRATION.jwks_url:
            return KEYS
        if url == NEW_REGISTRATION.auth_token_url:
            if data["scope"].endswith(self.refused or ("none",)):
                return 400, {"error": "invalid_scope"}
            return {"access_token": "a token", "expires_in": 3600}
        assert url == MEMBERS, f"{url} was called"
        return {"members": [{"user_id": "7", "roles": ["Learner"], "name": "Anna Bērziņa"}]}


@pytest.fixture
def tested(clock) -> TestedPlatform:
    return TestedPlatform(clock=clock)


@pytest.fixture
def tool_there(tool: Tool, tested: TestedPlatform, published: str) -> Tool:
    """A tool that can reach that platform and nothing else; its issuer is confirmed."""
    with tool.store.begin() as session:
        register_once(session, tool.clock())
    return replace(tool, outgoing=tested, verifier_outgoing=tested)


@pytest.fixture
def launch(tool_there: Tool) -> Callable[..., None]:
    """Has Zane open her course, bound to her browser by a cookie, or as `by` says."""

    def launch(by: str = "cookie", **changes: object) -> None:
        with tool_there.store.begin() as session:
            sessions.start_session(session, launch_of(ZANE, 1, **changes), tool_there.clock(), by)

    return launch


@pytest.fixture
def found(tool_there: Tool) -> Callable[[], SelfTest]:
    """Makes the self-test."""

    def found() -> SelfTest:
        made = made_self_test(tool_there, 1)
        assert made is not None
        return made

    return found


@pytest.fixture
def step(found: Callable[[], SelfTest]) -> Callable[[str], Step]:
    """One step of a self-test, by its name."""
    return lambda name: {step.name: step for step in found().steps}[name]
