"""A badge brought to a host: what its answers mean."""

from __future__ import annotations

import json

import pytest

from lti_tool.errors import HostError, OutgoingError
from lti_tool.hosts.upsert import push
from tests.fake_host import API, Answer, FakeHost
from tests.lti_tool.hosts.test_discovery import BASE, NOW

TEXT = json.dumps({"id": "https://badges.example.org/credentials/1", "name": "Ā & <b>", "score": 1.0})
CREDENTIALS = f"{API}/credentials"


@pytest.fixture
def host() -> FakeHost:
    host = FakeHost()
    host.access["token"] = "client-1"
    return host


def bring(host: FakeHost) -> None:
    push(host, BASE, "token", TEXT, NOW)


def test_a_badge_is_brought_byte_for_byte_and_once_more_changes_nothing(host):
    bring(host)
    bring(host)
    assert host.badges == {"https://badges.example.org/credentials/1": TEXT}
    # What the host says to keep may be written otherwise, as long as it says the same.
    host.badges.clear()
    host.wrong[CREDENTIALS] = [lambda answer: Answer(201, json.dumps(json.loads(TEXT), indent=2).encode())]
    bring(host)


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        (Answer(201, {"id": "https://badges.example.org/credentials/1"}), "altered", None),
        (Answer(200, json.loads(TEXT) | {"name": "Surgery"}), "altered", None),
        (Answer(200, b"<html>Please sign in"), "web_page", None),
        (Answer(201, b""), "not_a_host", None),
        (Answer(302, b"", {"Location": "http://127.0.0.1/credentials"}), "redirected", None),
        (Answer(307, b"", {"Location": f"{BASE}{CREDENTIALS}"}), "redirected", None),
        (Answer(400, {}), "refused", None),
        (Answer(403, {}), "refused", None),
        (Answer(403, {}, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}), "lost", None),
        (Answer(404, {}), "not_a_host", None),
        (Answer(405, {}), "not_a_host", None),
        (Answer(401, {}), "token", None),
        (Answer(413, b"<html>"), "too_large", None),
        (Answer(422, {}), "refused", None),
        (Answer(429, {}), "busy", None),
        (Answer(429, {}, {"Retry-After": "120"}), "busy", 120),
        (Answer(429, {}, {"Retry-After": "Sat, 21 Nov 2026 12:05:00 GMT"}), "busy", 300),
        (Answer(429, {}, {"Retry-After": "Sat, 21 Nov 2020 12:05:00 GMT"}), "busy", 0),
        (Answer(429, {}, {"Retry-After": "999999999"}), "busy", 86_400),
        (Answer(429, {}, {"Retry-After": "soon"}), "busy", None),
        (Answer(500, b"<html>", {"Retry-After": "30"}), "unreachable", 30),
        (Answer(503, {}), "unreachable", None),
        (OutgoingError("slow"), "unreachable", None),
        (OutgoingError("private", permanent=True), "refused_address", None),
    ],
)
def test_each_answer_is_told_apart(host, answer, code, wait):
    host.wrong[CREDENTIALS] = [answer]
    with pytest.raises(HostError) as caught:
        bring(host)
    assert (caught.value.code, caught.value.retry_after) == (code, wait)


def test_a_token_with_anything_but_letters_is_in_no_error(host):
    host.wrong[CREDENTIALS] = [Answer(400, {"error": "token"})]
    with pytest.raises(HostError) as caught:
        bring(host)
    assert "token" not in repr(caught.value)
