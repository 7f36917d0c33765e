"""A ZIP that is made while it is sent."""

from __future__ import annotations

import io


class Outlet(io.RawIOBase):
    """What was written and not taken yet; it cannot go back, so a ZIP says sizes after each file."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._written.append(bytes(content))
        return len(content)

    def take(self) -> bytes:
        """What was written since it was last taken."""
        taken, self._written = b"".join(self._written), []
        return taken
