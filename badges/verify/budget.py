"""Budget: what a verification may cost, over everything that it looks up.

Anybody can write any address into a badge, and any number of them. Without a common limit a small file keeps its
verifier busy for minutes, and makes it send hundreds of requests to a host of the author's choice.
"""

from __future__ import annotations

from collections.abc import Callable

from badges.errors import BudgetSpentError

#: For reading the file, fetching and checking together.
SECONDS = 15
#: A sound badge needs two or three: a key, a status list, perhaps a schema.
FETCHES = 20
#: Of all that is fetched: a status list has some kilobytes, the largest contexts and schemas a few hundred.
BYTES = 20_000_000

#: What is served at an address; may raise anything when it cannot.
Fetch = Callable[[str], bytes]
#: The same, within a number of seconds.
FetchInTime = Callable[[str, float], bytes]


class Budget:
    """What may still be spent: seconds of `clock`, fetches, and bytes that they bring.

    One verification has a new one, or several share one that is larger: an address is then asked once for all.
    `refusals` counts what was refused or cut off. An error may be caught on its way, as by the look-up of a key, which
    then tries another address: the number tells afterwards that a result came about without something it needed.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seconds: float = SECONDS,
        fetches: int = FETCHES,
        max_bytes: int = BYTES,
    ) -> None:
        self._clock = clock
        self._ends_at = clock() + seconds
        self._fetches_left = fetches
        self._bytes_left = max_bytes
        self._answers: dict[str, bytes | Exception] = {}
        self.refusals = 0

    def seconds_left(self) -> float:
        """More than 0. Raises BudgetSpentError when the time is over."""
        left = self._ends_at - self._clock()
        if left <= 0:
            raise self._refusal()
        return left

    def limited(self, fetch: FetchInTime) -> Fetch:
        """A Fetch that asks for each address once, and spends this budget; one budget is for one `fetch`.

        It raises BudgetSpentError when nothing is left, also where the time ends during a fetch; and what `fetch` does.
        """

        def fetch_once(url: str) -> bytes:
            if url not in self._answers:
                self._answers[url] = self._answer(fetch, url)
            answer = self._answers[url]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return fetch_once

    def _answer(self, fetch: FetchInTime, url: str) -> bytes | Exception:
        """What the address serves, or what `fetch` raised. Raises BudgetSpentError."""
        seconds = self.seconds_left()
        if self._fetches_left == 0 or self._bytes_left <= 0:
            raise self._refusal()
        self._fetches_left -= 1
        try:
            answer = fetch(url, seconds)
            self._bytes_left -= len(answer)
            return answer
        except Exception as error:  # noqa: BLE001 - `fetch` may raise anything
            # With more time the host might have answered, so its silence means nothing.
            self.seconds_left()
            return error

    def _refusal(self) -> BudgetSpentError:
        self.refusals += 1
        return BudgetSpentError("the badge needs more time or more fetches than one badge may use")
