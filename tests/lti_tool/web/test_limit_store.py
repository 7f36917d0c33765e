"""Where requests are counted: all processes together, and each for itself while the store does not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.exceptions import AuthenticationError, ConnectionError, TimeoutError

from lti_tool.web import create_app, limit_store
from lti_tool.web.limit_store import SharedOrOwn
from tests.lti_tool.web.conftest import browser_of


class Answers:
    """A store that answers, or raises."""

    base_exceptions = (ConnectionError, TimeoutError, AuthenticationError)

    def __init__(self):
        self.error = None
        self.asked = 0
        self.counted = 0

    def incr(self, key, expiry, amount=1):
        self.asked += 1
        if self.error:
            raise self.error
        self.counted += amount
        return self.counted


@pytest.fixture
def shared(monkeypatch):
    shared = Answers()
    monkeypatch.setattr(limit_store, "storage_from_string", lambda *_, **__: shared)
    return shared


@pytest.fixture
def store(shared):
    return SharedOrOwn(shared="redis://localhost")


@pytest.mark.parametrize(
    "error", [ConnectionError("redis://:hunter2@valkey"), TimeoutError(), AuthenticationError()]
)
def test_while_it_does_not_answer_each_process_counts_and_the_log_says_so_once(store, shared, error, capsys):
    assert store.incr("a", 60) == 1
    shared.error = error
    assert [store.incr("a", 60) for _ in range(5)] == [1, 2, 3, 4, 5]
    # It is left alone for a while: no page waits for it again.
    assert shared.asked == 2
    said = "".join(capsys.readouterr())
    assert said.count("limit_store_unreachable") == 1
    assert "LIMITS_URL" in said and "hunter2" not in said


def test_when_it_answers_again_all_count_together_again(store, shared, monkeypatch, capsys):
    monkeypatch.setattr(limit_store, "PAUSE_SECONDS", 0)
    shared.error = ConnectionError()
    for _ in range(3):
        store.incr("a", 60)
    shared.error = None
    assert [store.incr("a", 60), store.incr("a", 60)] == [1, 2]
    shared.error = ConnectionError()
    store.incr("a", 60)
    said = "".join(capsys.readouterr())
    assert (said.count("limit_store_unreachable"), said.count("limit_store_reachable_again")) == (2, 1)


def verified(app):
    return browser_of(app).post("/verify", data={"text": "x"}).status_code


def test_two_processes_count_together_in_valkey(web_tool, valkey_url):
    """Another secret is another tool, which may share the Valkey."""
    apps = [create_app(replace(web_tool, limits_url=valkey_url)) for _ in range(2)]
    answers = [verified(apps[number % 2]) for number in range(62)]
    assert (answers[:60], answers[60:]) == ([200] * 60, [429, 429])
    other = create_app(replace(web_tool, limits_url=valkey_url, secret_key="another secret of the tests"))
    assert verified(other) == 200


def test_what_is_counted_in_valkey_names_nobody_and_ends_within_a_minute(web_tool, valkey_url):
    import redis

    verified(create_app(replace(web_tool, limits_url=valkey_url)))
    with redis.Redis.from_url(valkey_url) as client:
        keys = client.keys()
        assert keys and all(0 < client.ttl(key) <= 60 for key in keys)
        assert not any(b"127.0.0.1" in key for key in keys)


def test_pages_go_on_where_nothing_listens(web_tool, free_port, capsys):
    app = create_app(replace(web_tool, limits_url=f"redis://:hunter2@127.0.0.1:{free_port()}/0"))
    answers = [verified(app) for _ in range(61)]
    assert answers == [200] * 60 + [429]
    said = "".join(capsys.readouterr())
    assert said.count("limit_store_unreachable") == 1
    assert "hunter2" not in said
