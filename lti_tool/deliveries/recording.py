"""Recording what was sent, also where the database is away for a moment just then."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from lti_tool.store import Session
from lti_tool.store.database import Store

#: Shorter than a third of a lease, so that nobody else has begun to send the same meanwhile.
LONGEST_SECONDS = 15
WAIT_SECONDS = 0.5


def record(store: Store, write: Callable[[Session], None]) -> None:
    """Runs `write` in a transaction, again and again for LONGEST_SECONDS while the database does not answer.

    What is not recorded is sent a second time. `write` has to bear that it is run again after a commit whose outcome
    nobody knows. Raises OperationalError.
    """
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            with store.begin() as session:
                write(session)
        except OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(WAIT_SECONDS)
        else:
            return
