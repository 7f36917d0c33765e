"""Where the values are stored that a login leaves for its launch."""

from __future__ import annotations

from typing import Protocol

from lti_tool.values import Json


class ExpiringValues(Protocol):
    """Values that expire, shared by every process of the tool. Keys are at most 200 characters."""

    def put(self, key: str, value: Json, seconds: int) -> None:
        """Stores `value` for `seconds`, in place of the key's earlier value."""

    def take(self, key: str) -> Json | None:
        """The value, which is removed; None where there is none, or it has expired.

        It must be atomic: of many callers at once, one gets the value. That a nonce works once rests on this.
        """

    def peek(self, key: str) -> Json | None:
        """The value, which stays; None where there is none, or it has expired."""
