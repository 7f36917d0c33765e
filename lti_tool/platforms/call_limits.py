"""How patiently a platform is called: for how long each kind of call waits, and when the platform is left alone.

It is known by each process for itself, and forgotten when the process ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from lti_tool.errors import OutgoingError, PlatformError
from lti_tool.outgoing.circuit import Circuit
from lti_tool.platforms.service_errors import NoAnswerError

#: `list`: a list of members, results or completions; a platform needs seconds to work out who may open a link, in a
#: large course and under load more than ten. `token`: an access token. `change`: one thing is written.
Kind = Literal["list", "token", "change"]
SECONDS: dict[Kind, float] = {"list": 60.0, "token": 20.0, "change": 20.0}
#: No call waits for longer: a job that does its work is given to another worker after 15 minutes.
LONGEST_SECONDS = 240.0
#: For how long a platform is left alone at first, that has not answered several times.
CIRCUIT_SECONDS = 5.0


class CallLimits:
    """Of one platform. After a call that waited in vain the next of its kind waits twice as long, until one succeeds.

    So a list that a loaded platform takes long to make is not cut off again and again, when the platform would have
    done its work for nothing. `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._seconds = dict(SECONDS)
        self._circuit = Circuit(_left_alone, CIRCUIT_SECONDS, clock)

    @contextmanager
    def call(self, kind: Kind) -> Iterator[float]:
        """A call of this kind, which may wait for so many seconds; an OutgoingError of it becomes a PlatformError.

        Raises PlatformError with `retry_after` where no call is to be made now.
        """
        seconds = self._seconds[kind]
        with self._circuit.attempt(seconds, failures=(NoAnswerError,)):
            try:
                yield seconds
            except OutgoingError as error:
                if error.permanent:
                    raise PlatformError(error.sentence, error.about, permanent=True) from error
                self._seconds[kind] = min(2 * seconds, LONGEST_SECONDS)
                raise NoAnswerError(error.sentence, error.about) from error
        self._seconds[kind] = max(seconds / 2, SECONDS[kind])

    def wait(self, seconds: float) -> None:
        """Leaves the platform alone for so long, because it has asked for that."""
        self._circuit.open_for(seconds)


class PlatformsCallLimits:
    """Those of all platforms, by the numbers of their registrations; for any number of threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[int, CallLimits] = {}

    def of(self, registration_id: int) -> CallLimits:
        """Those of one platform."""
        return self._known.setdefault(registration_id, CallLimits(self._clock))


def _left_alone(seconds: float) -> PlatformError:
    return PlatformError(
        "the platform has not answered several times, or has asked the tool to wait", retry_after=seconds
    )
