"""What the room remembers between the login and the launch, and who remembers it."""

from __future__ import annotations

from typing import Protocol

from lti_tool.values import Json


class ExpiringValues(Protocol):
    """Values kept for a while, shared by every process of the tool. Keys are at most 200 characters."""

    def put(self, key: str, value: Json, seconds: int) -> None:
        """Keeps `value` for `seconds`, in place of what was there."""

    def take(self, key: str) -> Json | None:
        """The value, and it is gone: of many who take at once, one gets it. None when absent or expired."""

    def peek(self, key: str) -> Json | None:
        """The value, left where it is; None when absent or expired."""
