"""A nonce, a state or a code is there until its time, and for one taker only."""

from __future__ import annotations


def test_a_value_is_gone_at_its_last_second(tool, clock):
    tool.expiring_values.put("state", {"x": 1}, 60)
    clock.advance(seconds=59)
    assert tool.expiring_values.peek("state") == {"x": 1}
    clock.advance(seconds=1)
    assert tool.expiring_values.peek("state") is None
    assert tool.expiring_values.take("state") is None


def test_a_value_is_taken_once(tool):
    tool.expiring_values.put("code", {"x": 1}, 60)
    assert tool.expiring_values.take("code") == {"x": 1}
    assert tool.expiring_values.take("code") is None
    assert tool.expiring_values.peek("code") is None
