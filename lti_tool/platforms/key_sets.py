"""A cache of the public key sets of platforms.

A launch must not fail because a platform changed its key a minute ago, nor because its key set cannot be fetched for an
hour; and nobody may use the tool to flood a platform with requests by sending tokens with unknown key ids. Hence four
periods: keys are FRESH, an unknown id makes the set be fetched again after REFETCH, a failure is remembered for FAILED,
and old keys stay in use while the platform does not answer, until STALE.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from lti_tool.errors import LaunchError, OutgoingError
from lti_tool.outgoing import Outgoing
from lti_tool.values import Json

#: Cached keys are used this long without a request; a withdrawn key is trusted no longer than this.
FRESH_SECONDS = 3600
#: An unknown key id makes the set be fetched again, but not more often: anybody can send an unknown key id.
REFETCH_SECONDS = 30
#: A failure is remembered this long where there are no older keys.
FAILED_SECONDS = 5
#: Keys stay in use this long while the platform does not answer.
STALE_SECONDS = 2 * 86_400
MAX_BYTES = 500_000
MAX_KEYS = 200


@dataclass(frozen=True, slots=True)
class _CachedKeys:
    """`keys` is None where no fetch has succeeded. `tried_at` is the last fetch, `fetched_at` the last with success."""

    keys: tuple[Json, ...] | None
    fetched_at: float
    tried_at: float


class KeySets:
    """Key sets by address, shared by the threads of a process. `clock` gives seconds.

    Entries are immutable and replaced whole, so that reading needs no lock. Two threads may fetch the same set at the
    same time, which does no harm; holding the lock during a request would make every launch wait for one slow platform.
    """

    def __init__(self, outgoing: Outgoing, clock: Callable[[], float]) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._lock = threading.Lock()
        self._cached: dict[str, _CachedKeys] = {}

    def keys(self, jwks_url: str) -> tuple[Json, ...]:
        """The keys of the set, from the cache or fetched.

        Raises LaunchError `key_set_unreachable` where the set cannot be fetched and there are no keys in use.
        """
        cached, now = self._cached.get(jwks_url), self._clock()
        if cached is not None and cached.keys is not None and now - cached.fetched_at < FRESH_SECONDS:
            return cached.keys
        if cached is None or now - cached.tried_at >= (REFETCH_SECONDS if cached.keys else FAILED_SECONDS):
            return self._fetch(jwks_url)
        if cached.keys is None or now - cached.fetched_at > STALE_SECONDS:
            raise LaunchError("key_set_unreachable", "the key set could not be fetched a moment ago")
        return cached.keys

    def key(self, jwks_url: str, kid: str) -> Json | None:
        """The key with this id, None where the set has none; an unknown id makes the set be fetched again.

        Raises LaunchError `key_set_unreachable` as `keys` does.
        """
        key = _key_with_id(self.keys(jwks_url), kid)
        # The platform may have begun to use a new key since the set was fetched.
        if key is None and self._clock() - self._cached[jwks_url].tried_at >= REFETCH_SECONDS:
            key = _key_with_id(self._fetch(jwks_url), kid)
        return key

    def _fetch(self, jwks_url: str) -> tuple[Json, ...]:
        now = self._clock()
        try:
            keys = _read_key_set(self._outgoing.fetch(jwks_url, MAX_BYTES))
        except (OutgoingError, ValueError) as error:
            return self._keys_after_failure(jwks_url, now, error)
        with self._lock:
            self._cached[jwks_url] = _CachedKeys(keys, now, now)
        return keys

    def _keys_after_failure(self, jwks_url: str, now: float, error: Exception) -> tuple[Json, ...]:
        # Under the lock, because the new entry is made from the old one: a fetch that has just succeeded in another
        # thread must not be replaced by what was there before it.
        with self._lock:
            old = self._cached.get(jwks_url)
            keys = old.keys if old else None
            fetched_at = old.fetched_at if old else now
            self._cached[jwks_url] = _CachedKeys(keys, fetched_at, now)
        if keys is None or now - fetched_at > STALE_SECONDS:
            raise LaunchError("key_set_unreachable", str(error)) from error
        return keys


def _key_with_id(keys: tuple[Json, ...], kid: str) -> Json | None:
    return next((key for key in keys if key.get("kid") == kid), None)


def _read_key_set(body: bytes) -> tuple[Json, ...]:
    """The RSA and EC keys of a JWK Set; raises ValueError for anything else, so that an error page is never cached."""
    try:
        answer = json.loads(body)
    except RecursionError as error:
        raise ValueError("the key set is nested too deep") from error
    keys = answer.get("keys") if isinstance(answer, dict) else None
    if not isinstance(keys, list):
        raise ValueError("the answer is not a key set")
    usable = (key for key in keys[:MAX_KEYS] if isinstance(key, dict) and key.get("kty") in ("RSA", "EC"))
    return tuple(usable)
