"""Where values are stored for a short time: marks of used states, tickets, codes and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lti_tool.values import Json


class ExpiringValues(Protocol):
    """Values that expire, shared by every process of the tool. Keys are at most 200 characters."""

    def put(self, key: str, value: Json, seconds: int) -> None:
        """Stores `value` for `seconds`, in place of the key's earlier value."""

    def add(self, key: str, value: Json, seconds: int) -> bool:
        """Whether the value was stored, for `seconds`; False, and nothing is stored, where the key has a row already.

        It must be atomic: of many callers at once, one gets True. That a launch works once rests on this.
        """

    def take(self, key: str) -> Json | None:
        """The value, which is removed; None where there is none, or it has expired.

        It must be atomic: of many callers at once, one gets the value. That a code works once rests on this.
        """

    def peek(self, key: str) -> Json | None:
        """The value, which stays; None where there is none, or it has expired."""

    def all_of(self, prefix: str) -> Mapping[str, Json]:
        """The values whose keys begin so, by their keys, as far as they have not expired."""
