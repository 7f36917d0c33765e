"""Health checks say whether the broker answers: soon, whoever asks however often, and pages go on without it."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from lti_tool.web import broker_watch, create_app
from lti_tool.web.broker_watch import FRESH_SECONDS, BrokerWatch
from lti_tool.wiring import build_tool
from tests.fixtures import settings_for


@pytest.fixture
def told(sqlite_url, tmp_path, clock, monkeypatch):
    """A function that gives what /readyz and /workz tell of a broker: their status codes, and the broker's."""
    monkeypatch.setattr(broker_watch, "SECONDS", 0.3)

    def told(broker_url):
        tool = build_tool(settings_for(sqlite_url, tmp_path, broker_url=broker_url), clock)
        with closing(tool.store):
            browser = create_app(tool).test_client()
            answers = [browser.get(path) for path in ("/readyz", "/workz")]
        assert "a-password" not in str([answer.json for answer in answers])
        return [(answer.status_code, answer.json["broker"]) for answer in answers]

    return told


def test_a_broker_that_answers_is_told(told, valkey_url):
    assert told(valkey_url) == [(200, "ok"), (200, "ok")]


def test_the_embedded_one_is_always_there(told):
    assert told("memory://") == [(200, "ok"), (200, "ok")]


@pytest.mark.parametrize("scheme", ["redis://:a-password@", "amqp://nozimite:a-password@"])
def test_without_a_broker_pages_are_ready_and_work_is_not(told, free_port, scheme):
    assert told(f"{scheme}127.0.0.1:{free_port()}/") == [(200, "does not answer"), (503, "does not answer")]


def test_a_broker_that_takes_connections_and_says_nothing_is_given_up_soon(told):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert told(f"redis://:a-password@127.0.0.1:{port}/0")[0] == (200, "does not answer")


def test_however_many_ask_the_broker_is_asked_once_in_a_while():
    now, asked = [0.0], []

    def ask():
        asked.append(now[0])
        return len(asked) != 2

    watch = BrokerWatch(ask, lambda: now[0])
    assert [watch.answers() for _ in range(100)] == [True] * 100
    now[0] += FRESH_SECONDS
    assert [watch.answers() for _ in range(100)] == [False] * 100
    now[0] += FRESH_SECONDS
    assert watch.answers()
    assert asked == [0, FRESH_SECONDS, 2 * FRESH_SECONDS]


def test_while_one_waits_for_the_broker_others_go_on_with_its_last_answer():
    now, waits, go_on, asked = [0.0], threading.Event(), threading.Event(), []

    def ask():
        asked.append(now[0])
        if now[0]:
            waits.set()
            go_on.wait(10)
        return not now[0]

    watch = BrokerWatch(ask, lambda: now[0])
    assert watch.answers()
    now[0] = FRESH_SECONDS
    asking = threading.Thread(target=watch.answers)
    asking.start()
    waits.wait(10)
    assert watch.answers(), "the answer of a moment ago"
    go_on.set()
    asking.join()
    assert not watch.answers()
    assert len(asked) == 2
