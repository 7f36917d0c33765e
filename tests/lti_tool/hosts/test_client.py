"""The tool as a client of a host: what a token endpoint answers, rightly and wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from lti_tool.errors import OutgoingError
from lti_tool.hosts.client import Client, Tokens, exchange, metadata, new_request, register, renew, revoke
from lti_tool.hosts.discovery import discover
from tests.fake_host import UPSERT, Answer, FakeHost
from tests.lti_tool.hosts.test_discovery import BASE, NOW, code_of

BACK = "https://badges.example.org/my/places/back/0123"


class Asked:
    """The tool registered at a host, and a request to which a learner has answered."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.described = discover(self.host, BASE, None, NOW).described
        site = "https://badges.example.org"
        about_us = metadata("Riga College", site, f"{site}/privacy", BACK, "1.0")
        self.client = register(self.host, self.described, about_us, NOW)
        self.request = new_request(self.described, self.client.client_id, BACK)
        self.answer = dict(parse_qsl(urlsplit(self.host.let_in(self.request.url)).query))

    def exchange(self, **answer: str) -> Tokens:
        given = self.answer | answer
        return exchange(self.host, self.described, self.client, BACK, given, self.request, NOW)


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_code_becomes_tokens_that_are_renewed_and_taken_back(asked):
    assert asked.client.secret not in repr(asked.client) and asked.request.state not in repr(asked.request)
    tokens = asked.exchange()
    assert tokens.scopes == [UPSERT, "offline_access"] and tokens.ends_at == NOW + timedelta(hours=1)
    assert tokens.access not in repr(tokens) and tokens.refresh not in repr(tokens)
    fresh = renew(asked.host, asked.described, asked.client, tokens, NOW)
    assert fresh.access != tokens.access and fresh.refresh != tokens.refresh
    assert revoke(asked.host, asked.described.revocation, asked.client, fresh)
    assert fresh.refresh not in asked.host.refresh and fresh.access not in asked.host.access


def test_each_request_has_a_state_and_a_verifier_of_its_own(asked):
    other = new_request(asked.described, asked.client.client_id, BACK)
    assert other.state != asked.request.state and other.code_verifier != asked.request.code_verifier
    assert asked.request.code_verifier not in asked.request.url
    # A code that was given for another request is good for nothing.
    asked.request = replace(asked.request, code_verifier=other.code_verifier)
    assert code_of(asked.exchange) == "lost"


def test_a_refresh_token_stays_where_no_new_one_comes(asked):
    tokens = asked.exchange()
    asked.host.token_changes = {"refresh_token": None, "scope": None}
    fresh = renew(asked.host, asked.described, asked.client, tokens, NOW)
    assert fresh.refresh == tokens.refresh and fresh.scopes is None


def test_without_a_refresh_token_nothing_is_renewed(asked):
    asked.host.token_changes = {"refresh_token": None}
    tokens = asked.exchange()
    assert tokens.refresh is None
    assert code_of(lambda: renew(asked.host, asked.described, asked.client, tokens, NOW)) == "lost"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token_type": "mac"}, "token_type"),
        ({"token_type": ["Bearer"]}, "token_type"),
        ({"scope": "offline_access"}, "scope_reduced"),
        ({"access_token": None}, "not_a_host"),
        ({"access_token": "two words"}, "not_a_host"),
        ({"access_token": "a\nX-Header: b"}, "not_a_host"),
        ({"access_token": "a" * 5000}, "not_a_host"),
        ({"access_token": 7}, "not_a_host"),
    ],
)
def test_an_odd_token_is_refused(asked, changes, code):
    asked.host.token_changes = changes
    assert code_of(asked.exchange) == code


@pytest.mark.parametrize(("said", "seconds"), [("bearer", 3600), ("BEARER", 3600)])
def test_the_type_of_a_token_is_read_in_any_letters(asked, said, seconds):
    asked.host.token_changes = {"token_type": said}
    assert asked.exchange().ends_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 3600),
        ("soon", 3600),
        (float("nan"), 3600),
        (-5, 0),
        (1e300, 30 * 86_400),
        ("60", 60),
        ({}, 3600),
    ],
)
def test_a_lifetime_is_read_as_far_as_it_is_one(asked, said, seconds):
    asked.host.token_changes = {"expires_in": said}
    assert asked.exchange().ends_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        (Answer(200, b"<html>"), "web_page", None),
        (Answer(302, b"", {"Location": "https://other.example/token"}), "redirected", None),
        (Answer(200, b"[]"), "not_a_host", None),
        (Answer(400, {"error": "invalid_grant"}), "lost", None),
        (Answer(401, {"error": "invalid_client"}), "client_lost", None),
        (Answer(400, {"error": {"a": 1}}), "lost", None),
        (Answer(500, b"<html>"), "unreachable", None),
        (Answer(503, b"", {"Retry-After": "90"}), "unreachable", 90),
        (Answer(429, b"<html>", {"Retry-After": "Sat, 21 Nov 2026 12:01:00 GMT"}), "unreachable", 60),
        (Answer(429, {"error": "slow_down"}, {"Retry-After": "7"}), "unreachable", 7),
        (OutgoingError("slow"), "unreachable", None),
    ],
)
def test_a_token_endpoint_that_fails_is_told_apart(asked, answer, code, wait):
    asked.host.wrong["/token"] = [answer]
    with pytest.raises(Exception, match=code) as caught:
        asked.exchange()
    assert (caught.value.code, caught.value.retry_after) == (code, wait)


def test_an_answer_to_another_request_is_not_exchanged(asked):
    assert code_of(lambda: asked.exchange(state="of somebody else")) == "state"
    assert code_of(lambda: asked.exchange(code="")) == "state"
    assert "POST /token" not in asked.host.calls


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(400, {"error": "invalid_client_metadata"}), "not_registered"),
        (Answer(201, {"client_id": "a"}), "not_registered"),
        (Answer(201, {"client_id": "a b", "client_secret": "c"}), "not_registered"),
        (Answer(201, b"<html>"), "web_page"),
        (Answer(500, {}), "unreachable"),
        (Answer(307, b"", {"Location": "https://other.example/register"}), "redirected"),
    ],
)
def test_a_host_that_registers_nobody(asked, answer, code):
    asked.host.wrong["/register"] = [answer]
    assert code_of(lambda: register(asked.host, asked.described, {}, NOW)) == code


def test_when_a_secret_ends_is_known_as_far_as_it_is_said(asked):
    for said, ends_at in (
        (0, None),
        (1_800_000_000, datetime.fromtimestamp(1_800_000_000, UTC)),
        ("x", None),
    ):
        answer = {"client_id": "a", "client_secret": "b", "client_secret_expires_at": said}
        asked.host.wrong["/register"] = [Answer(201, answer)]
        expected = Client(client_id="a", secret="b", secret_ends_at=ends_at)
        assert register(asked.host, asked.described, {}, NOW) == expected


def test_a_host_that_takes_no_token_back_is_asked_once(asked):
    tokens = asked.exchange()
    for answer in (Answer(503), Answer(400, {"error": "unsupported_token_type"}), OutgoingError("slow")):
        asked.host.wrong["/revoke"] = [answer]
        assert not revoke(asked.host, asked.described.revocation, asked.client, tokens)
    assert not revoke(asked.host, None, asked.client, tokens)
