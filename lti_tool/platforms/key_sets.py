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
from concurrent.futures import Future
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
    """`keys` is None where no fetch has succeeded. `fetched_at` is the last fetch with success.

    `tried_at` is when the last fetch ended, `failure` why it failed.
    """

    keys: tuple[Json, ...] | None
    fetched_at: float
    tried_at: float
    failure: str = ""

    def find(self, kid: str) -> Json | None:
        """The key with this id."""
        return next((key for key in self.keys or () if key.get("kid") == kid), None)


class KeySets:
    """Key sets by address, shared by the threads of a process. `clock` gives seconds.

    Entries are immutable and replaced whole, so that reading needs no lock. A set is fetched by one thread at a time;
    others that need it meanwhile wait for what that one fetches. The lock is never held during a request, because every
    launch would wait for one slow platform.
    """

    def __init__(self, outgoing: Outgoing, clock: Callable[[], float]) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._lock = threading.Lock()
        self._cached: dict[str, _CachedKeys] = {}
        self._fetching: dict[str, Future[_CachedKeys]] = {}

    def keys(self, jwks_url: str) -> tuple[Json, ...]:
        """The keys of the set, from the cache or fetched.

        Raises LaunchError `key_set_unreachable` where the set cannot be fetched and there are no keys in use.
        """
        return self._in_use(jwks_url).keys or ()

    def key(self, jwks_url: str, kid: str) -> Json | None:
        """The key with this id, None where the set has none; an unknown id makes the set be fetched again.

        Raises LaunchError `key_set_unreachable` as `keys` does.
        """
        cached = self._in_use(jwks_url)
        key = cached.find(kid)
        # The platform may have begun to use a new key since the set was fetched.
        if key is None and self._clock() - cached.tried_at >= REFETCH_SECONDS:
            key = self._fetch(jwks_url, cached).find(kid)
        return key

    def _in_use(self, jwks_url: str) -> _CachedKeys:
        """The cached keys, fetched first where that is due; raises LaunchError where there are none."""
        cached, now = self._cached.get(jwks_url), self._clock()
        if cached is not None and cached.keys is not None and now - cached.fetched_at < FRESH_SECONDS:
            return cached
        if cached is None or now - cached.tried_at >= (REFETCH_SECONDS if cached.keys else FAILED_SECONDS):
            cached = self._fetch(jwks_url, cached)
        if cached.keys is None or now - cached.fetched_at > STALE_SECONDS:
            raise LaunchError("key_set_unreachable", cached.failure)
        return cached

    def _fetch(self, jwks_url: str, seen: _CachedKeys | None) -> _CachedKeys:
        """What is cached after a fetch: of this thread, or of another that has begun one since `seen` was cached."""
        mine: Future[_CachedKeys] = Future()
        with self._lock:
            cached = self._cached.get(jwks_url)
            if cached is not None and cached is not seen:
                return cached
            running = self._fetching.setdefault(jwks_url, mine)
        if running is not mine:
            return running.result()
        try:
            fetched = self._fetched(jwks_url, seen)
            with self._lock:
                self._cached[jwks_url] = fetched
            mine.set_result(fetched)
            return fetched
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._fetching[jwks_url]

    def _fetched(self, jwks_url: str, old: _CachedKeys | None) -> _CachedKeys:
        """The keys of the platform; those that were cached before where it does not give them."""
        now = self._clock()
        try:
            keys = read_key_set(self._outgoing.fetch(jwks_url, MAX_BYTES))
        except (OutgoingError, ValueError) as error:
            return _CachedKeys(
                old.keys if old else None, old.fetched_at if old else now, self._clock(), str(error)
            )
        # The pause before the next fetch begins when this one has ended: a slow platform gets it too.
        return _CachedKeys(keys, now, self._clock())


def read_key_set(body: bytes) -> tuple[Json, ...]:
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
