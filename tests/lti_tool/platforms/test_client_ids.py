"""Two client ids that a platform may take for one and the same are found, and two schools of hosted Canvas are two."""

from __future__ import annotations

import pytest

from lti_tool.platforms.client_ids import is_same_client


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("client-1", "client-1", True),
        ("Client-1 ", "client-1", True),
        ("cliént-1", "client-1", True),
        ("client-1", "client-2", False),
        ("125", "0125", True),
        ("0", "00", True),
        # A key of a Canvas by its long number and, within its shard, by its short one.
        ("125", "12340000000000125", True),
        ("10000000000001", "1", True),
        ("126", "12340000000000125", False),
        # Of two shards of hosted Canvas.
        ("12340000000000125", "56780000000000125", False),
        ("9" * 5000, "1", False),
        ("клиент", "другой", False),
    ],
)
def test_client_ids_are_compared_as_platforms_read_them(one, other, is_same):
    assert is_same_client(one, other) is is_same_client(other, one) is is_same
