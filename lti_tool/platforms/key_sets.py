"""The public keys of the platforms, fetched when needed and kept for a while."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from lti_tool.errors import LaunchError, OutgoingError
from lti_tool.outgoing import Outgoing
from lti_tool.values import Json

#: Cached keys are believed this long; a withdrawn key is trusted no longer than this.
FRESH_SECONDS = 3600
#: An unknown key id makes us ask again, but not more often: anyone can send us an unknown key id.
ASK_AGAIN_SECONDS = 30
#: So long a failure is remembered, where there are no older keys to go on with.
FAILED_SECONDS = 5
#: So long keys stay in use while the platform does not answer.
STALE_SECONDS = 2 * 86_400
MAX_BYTES = 500_000
MAX_KEYS = 200


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: tuple[Json, ...] | None
    fetched_at: float
    asked_at: float


class KeySets:
    """Key sets by address, shared by the threads of a process. `clock` gives seconds."""

    def __init__(self, outgoing: Outgoing, clock: Callable[[], float]) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def keys(self, jwks_url: str) -> tuple[Json, ...]:
        """The keys of the set; raises LaunchError `key_set_unreachable` when there are none, old or new."""
        kept, now = self._kept.get(jwks_url), self._clock()
        if kept is not None and kept.keys is not None and now - kept.fetched_at < FRESH_SECONDS:
            return kept.keys
        if kept is None or now - kept.asked_at >= (ASK_AGAIN_SECONDS if kept.keys else FAILED_SECONDS):
            return self._ask(jwks_url)
        if kept.keys is None or now - kept.fetched_at > STALE_SECONDS:
            raise LaunchError("key_set_unreachable", "the key set could not be fetched a moment ago")
        return kept.keys

    def key(self, jwks_url: str, kid: str) -> Json | None:
        """The key with this id; an unknown id makes the set be fetched again, for the platform may have a new key."""
        found = _with_id(self.keys(jwks_url), kid)
        if found is None and self._clock() - self._kept[jwks_url].asked_at >= ASK_AGAIN_SECONDS:
            found = _with_id(self._ask(jwks_url), kid)
        return found

    def _ask(self, jwks_url: str) -> tuple[Json, ...]:
        now = self._clock()
        try:
            keys = _read(self._outgoing.fetch(jwks_url, MAX_BYTES))
        except (OutgoingError, ValueError) as error:
            return self._go_on_without(jwks_url, now, error)
        with self._lock:
            self._kept[jwks_url] = _Kept(keys, now, now)
        return keys

    def _go_on_without(self, jwks_url: str, now: float, error: Exception) -> tuple[Json, ...]:
        with self._lock:
            old = self._kept.get(jwks_url)
            keys = old.keys if old else None
            fetched_at = old.fetched_at if old else now
            self._kept[jwks_url] = _Kept(keys, fetched_at, now)
        if keys is None or now - fetched_at > STALE_SECONDS:
            raise LaunchError("key_set_unreachable", str(error)) from error
        return keys


def _with_id(keys: tuple[Json, ...], kid: str) -> Json | None:
    return next((key for key in keys if key.get("kid") == kid), None)


def _read(body: bytes) -> tuple[Json, ...]:
    """The keys of a JWK Set; an error page or an error in JSON is a ValueError, and so is never kept."""
    try:
        answer = json.loads(body)
    except RecursionError as error:
        raise ValueError("the key set is nested too deep") from error
    keys = answer.get("keys") if isinstance(answer, dict) else None
    if not isinstance(keys, list):
        raise ValueError("the answer is not a key set")
    usable = (key for key in keys[:MAX_KEYS] if isinstance(key, dict) and key.get("kty") in ("RSA", "EC"))
    return tuple(usable)
