"""How much a test tries: a small amount in `make test`, the full one in `make test-long`.

Both run the same tests and replace nothing. Only the counts differ: random examples, generated credentials, rounds of
killing, runs of a fuzzer, the size of a course. `make test` runs for every change and must end soon on two busy
processors; `make test-long` sets NOZIMITE_LONG=1 and may take hours. A test that can grow asks here:

    SAMPLES = amount("credentials compared with PyLD", small=200, full=2_000)

Tests that use hypothesis and name no `max_examples` try EXAMPLES, by the profile that tests/conftest.py loads.
"""

from __future__ import annotations

import os

LONG = bool(os.environ.get("NOZIMITE_LONG"))

#: What was asked for in this process, by its description, at the amount that holds: tests/figures.py reports them.
ASKED: dict[str, int] = {}


def amount(of_what: str, *, small: int, full: int) -> int:
    """The amount that holds in this run; `of_what` describes it in the figures, and no other amount.

    Raises ValueError where two amounts have one description.
    """
    chosen = full if LONG else small
    if ASKED.setdefault(of_what, chosen) != chosen:
        raise ValueError(f"two amounts are called {of_what!r}")
    return chosen


#: NOZIMITE_FUZZ, from FUZZ=... of `make`, makes the long run longer.
FUZZ = amount("examples for each fuzzed target", small=60, full=int(os.environ.get("NOZIMITE_FUZZ") or 5_000))
EXAMPLES = amount("examples for each property", small=40, full=500)
