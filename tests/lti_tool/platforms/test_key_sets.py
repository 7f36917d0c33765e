"""The key sets of platforms: fetched once, again for a new key, and never a page of errors."""

from __future__ import annotations

from functools import partial
from threading import Event

import pytest

from lti_tool.errors import LaunchError
from lti_tool.platforms.key_sets import KeySets
from tests.at_once import all_at_once

URL = "https://lms.example/jwks"


@pytest.fixture
def key_sets(network, clock):
    return KeySets(network, clock.seconds)


@pytest.fixture
def publish(network, platform_keys, jwk_of):
    def published(*kids):
        network.remove("GET", URL)
        network.on("GET", URL, {"keys": [jwk_of(platform_keys.first, kid) for kid in kids]})

    return published


def test_keys_are_fetched_once_an_hour(key_sets, network, publish, clock):
    publish("a")
    for _ in range(3):
        assert key_sets.key(URL, "a")["kid"] == "a"
    assert len(network.calls) == 1
    clock.advance(minutes=61)
    key_sets.key(URL, "a")
    assert len(network.calls) == 2


def test_an_unknown_key_id_refetches_at_most_every_half_minute(key_sets, network, publish, clock):
    publish("a")
    assert key_sets.key(URL, "b") is None
    publish("a", "b")
    for _ in range(20):
        assert key_sets.key(URL, "b") is None
    assert len(network.calls) == 1
    clock.advance(seconds=31)
    assert key_sets.key(URL, "b")["kid"] == "b"
    assert len(network.calls) == 2


def test_a_withdrawn_key_is_dropped_within_the_hour(key_sets, publish, clock):
    publish("a")
    assert key_sets.key(URL, "a")
    publish("b")
    clock.advance(minutes=61)
    assert key_sets.key(URL, "a") is None


def test_old_keys_are_used_while_the_platform_does_not_answer(key_sets, network, publish, clock):
    publish("a")
    key_sets.keys(URL)
    network.fail("GET", URL)
    clock.advance(hours=5)
    assert key_sets.key(URL, "a")["kid"] == "a"
    clock.advance(days=3)
    with pytest.raises(LaunchError) as caught:
        key_sets.keys(URL)
    assert caught.value.code == "key_set_unreachable"
    publish("a")
    clock.advance(seconds=31)
    assert key_sets.key(URL, "a")


def test_an_unreachable_platform_is_not_called_at_every_launch(key_sets, network, publish, clock):
    network.fail("GET", URL)
    for _ in range(5):
        with pytest.raises(LaunchError):
            key_sets.keys(URL)
    assert len(network.calls) == 1
    publish("a")
    clock.advance(seconds=6)
    assert key_sets.key(URL, "a")


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "{}", '{"keys": {}}', '{"error": "down"}', "[" * 100_000, b"\xff\xfe"]
)
def test_an_answer_that_is_no_key_set_is_not_cached(key_sets, network, publish, clock, body):
    network.on("GET", URL, body)
    with pytest.raises(LaunchError) as caught:
        key_sets.keys(URL)
    assert caught.value.code == "key_set_unreachable"
    publish("a")
    clock.advance(seconds=6)
    assert key_sets.key(URL, "a")


def test_an_error_in_json_is_not_cached(key_sets, network, publish, clock):
    network.on("GET", URL, {"error": "down"}, status=503)
    with pytest.raises(LaunchError):
        key_sets.keys(URL)
    publish("a")
    clock.advance(seconds=6)
    assert key_sets.key(URL, "a")


def test_only_public_keys_of_known_types_are_cached(key_sets, network, platform_keys, jwk_of):
    odd = [None, "x", {"kid": "a"}, {"kty": "oct", "k": "AA", "kid": "s"}, {"kty": ["RSA"], "kid": "l"}]
    network.on("GET", URL, {"keys": [*odd, jwk_of(platform_keys.first, "a")]})
    assert [key["kid"] for key in key_sets.keys(URL)] == ["a"]


def test_each_platform_has_its_own_keys(key_sets, network, platform_keys, jwk_of, publish):
    publish("a")
    network.on("GET", "https://other.example/jwks", {"keys": [jwk_of(platform_keys.unpublished, "a")]})
    assert key_sets.key(URL, "a")["n"] != key_sets.key("https://other.example/jwks", "a")["n"]


class SlowNetwork:
    """Answers a call only after it has given others the time to call too; `calls` is how many did."""

    def __init__(self, network) -> None:
        self.network, self.calls, self.second_call = network, 0, Event()

    def fetch(self, url: str, max_bytes: int) -> bytes:
        self.calls += 1
        if self.calls > 1:
            self.second_call.set()
        self.second_call.wait(0.3)
        return self.network.fetch(url, max_bytes)


@pytest.mark.parametrize("is_known", [True, False], ids=["after a first fetch", "at the first fetch"])
def test_many_launches_at_once_fetch_the_set_once(network, publish, clock, is_known):
    publish("a")
    slow = SlowNetwork(network)
    key_sets = KeySets(slow, clock.seconds)
    if is_known:
        key_sets.keys(URL)
        clock.advance(seconds=31)
    publish("a", "b")
    slow.calls = 0
    found = all_at_once(*[partial(key_sets.key, URL, "b")] * 8, *[partial(key_sets.key, URL, "c")] * 8)
    assert [key and key["kid"] for key in found] == ["b"] * 8 + [None] * 8
    assert slow.calls == 1


def test_who_comes_when_another_has_just_fetched_the_set_fetches_nothing(network, publish, clock):
    publish("a")
    others = []

    def seconds():
        # The first launch has seen that nothing is cached, and before it goes on another has all of its turn.
        if not others:
            others.append("another")
            key_sets.keys(URL)
        return clock.seconds()

    key_sets = KeySets(network, seconds)
    assert key_sets.key(URL, "a")["kid"] == "a"
    assert len(network.calls) == 1


def test_a_failed_fetch_fails_for_all_who_wait_for_it(network, clock):
    network.fail("GET", URL)
    slow = SlowNetwork(network)
    key_sets = KeySets(slow, clock.seconds)

    def code():
        with pytest.raises(LaunchError) as caught:
            key_sets.key(URL, "a")
        return caught.value.code

    assert all_at_once(*[code] * 8) == ["key_set_unreachable"] * 8
    assert slow.calls == 1


def test_the_pause_begins_when_a_slow_platform_has_answered(network, publish, clock):
    publish("a")

    class Slow(SlowNetwork):
        def fetch(self, url, max_bytes):
            clock.advance(seconds=40)
            return super().fetch(url, max_bytes)

    slow = Slow(network)
    key_sets = KeySets(slow, clock.seconds)
    for kid in ("a", "b", "c"):
        key_sets.key(URL, kid)
    assert slow.calls == 1
