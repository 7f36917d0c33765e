"""What the web processes count for monitoring: requests and their durations, launches, verifications.

Several processes of gunicorn count into files of one folder, one for each place of a process, and whichever is asked
adds up all. A process that follows another takes over its place and its file, so that there are never more files than
processes at once, and no count is lost.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import count
from pathlib import Path

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

_KEY = "nozimite_counters"

#: In seconds. Few, because there are more than a hundred endpoints: a page is quick, slow, or much too slow.
BUCKETS = (0.01, 0.05, 0.25, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The counters of this process; with a `folder`, those of all processes are in it."""

    registry: CollectorRegistry
    folder: Path | None
    requests: Histogram
    launches: Counter
    verifications: Counter

    def all_processes(self) -> CollectorRegistry:
        """What all processes have counted together."""
        if self.folder is None:
            return self.registry
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self.folder))  # type: ignore[no-untyped-call]
        return together


def counters_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder in which web processes count together, None where there is one alone.

    No setting: docker/gunicorn.conf.py makes the folder, under a name that prometheus_client reads too.
    """
    folder = environment.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(folder) if folder else None


def set_up(app: Flask, folder: Path | None) -> None:
    """Counts the requests of the application from now on."""
    app.extensions[_KEY] = _counters(folder)
    app.before_request(_begin)
    app.after_request(_observe)


def counters() -> Counters | None:
    """What the current application counts; None where nobody may read it."""
    found: Counters | None = current_app.extensions.get(_KEY)
    return found


def count_launch(outcome: str) -> None:
    """Counts a launch that came to an end: `launched`, or the code for which it was refused."""
    if (counting := counters()) is not None:
        counting.launches.labels(outcome).inc()


def count_verification(verdict: str) -> None:
    """Counts a file of anybody's that was verified."""
    if (counting := counters()) is not None:
        counting.verifications.labels(verdict).inc()


def _counters(folder: Path | None) -> Counters:
    if folder is not None:
        place = _free_place(folder)
        # By default the library makes files for each process that ever was, which are never removed.
        values.ValueClass = values.MultiProcessValue(process_identifier=lambda: place)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    return Counters(
        registry=registry,
        folder=folder,
        requests=Histogram(
            "nozimite_request_seconds",
            "How long requests took, by endpoint and kind of status",
            ["endpoint", "status"],
            registry=registry,
            buckets=BUCKETS,
        ),
        launches=Counter(
            "nozimite_launches", "Launches from platforms, by outcome", ["outcome"], registry=registry
        ),
        verifications=Counter(
            "nozimite_verifications", "Files that were verified, by verdict", ["verdict"], registry=registry
        ),
    )


#: Held until the process ends, whichever way: then the system frees the place.
_held: list[TextIOWrapper] = []


def _free_place(folder: Path) -> int:
    """The first number that no other process holds. Raises OSError where the folder cannot be written."""
    for place in count():
        lock = (folder / f"place-{place}.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        return place
    raise OSError("there is no free place")


def _begin() -> None:
    g.began_at = time.perf_counter()


def _observe(response: Response) -> Response:
    counting = counters()
    if counting is not None and "began_at" in g:
        labels = (request.endpoint or "none", f"{response.status_code // 100}xx")
        counting.requests.labels(*labels).observe(time.perf_counter() - g.began_at)
    return response
