"""PDFs that were drawn, kept in this process: whoever asks for one again gets the same bytes at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock

from cachetools import LRUCache


class DrawnPdfs:
    """The PDFs that were asked for last, `most_bytes` at most, each by a key that says what it is drawn from."""

    def __init__(self, *, most_bytes: int) -> None:
        self._pdfs: LRUCache[Hashable, bytes] = LRUCache(most_bytes, getsizeof=len)
        self._access = Lock()
        # Threads that draw at once only hold each other up; and of ten who ask for the same PDF, nine wait for one.
        self._drawing = Lock()

    def pdf_of(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """The PDF of that key, drawn unless it is kept. Raises what `draw` raises."""
        kept = self._kept(key)
        if kept is not None:
            return kept
        with self._drawing:
            kept = self._kept(key)
            if kept is not None:
                return kept
            drawn = draw()
            # One that is larger than all of them together is not kept.
            with self._access, suppress(ValueError):
                self._pdfs[key] = drawn
            return drawn

    def _kept(self, key: Hashable) -> bytes | None:
        with self._access:
            return self._pdfs.get(key)
