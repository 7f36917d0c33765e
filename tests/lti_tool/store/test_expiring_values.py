"""A mark, a ticket or a code is there until its time, and for one taker only."""

from __future__ import annotations

from tests.at_once import all_at_once


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


def test_of_many_who_add_a_key_at_once_one_does(tool_on_any_database, clock):
    values = tool_on_any_database.expiring_values
    assert sorted(all_at_once(*[lambda: values.add("mark", {"used": True}, 60)] * 6)) == [False] * 5 + [True]
    assert values.peek("mark") == {"used": True}
    # Its key is never used for anything else, so an expired one stands too, until it is deleted.
    clock.advance(seconds=60)
    assert not values.add("mark", {"used": True}, 60)
    values.delete_expired()
    assert values.add("mark", {"used": True}, 60)


def test_values_are_found_by_how_their_keys_begin(tool, clock):
    for key, seconds in (("a-1", 60), ("a-2", 30), ("b-1", 60), ("a_3", 60)):
        tool.expiring_values.put(key, {"key": key}, seconds)
    assert list(tool.expiring_values.all_of("a-")) == ["a-2", "a-1"]
    clock.advance(seconds=30)
    assert tool.expiring_values.all_of("a-") == {"a-1": {"key": "a-1"}}
