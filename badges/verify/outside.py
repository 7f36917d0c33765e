"""Outside: what a verification may ask of the world; everything comes in through it, nothing is fetched otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from signing.keys import KeyFinder

#: Gives what is served at the address of a status list; may raise anything when it cannot.
StatusFinder = Callable[[str], bytes]
#: The same for any other document: a refreshed credential, a schema, an assertion of Open Badges 2.0.
Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """`fetch` None: nothing but keys and status lists may be asked for."""

    find_key: KeyFinder
    find_status: StatusFinder
    fetch: Fetch | None
    now: datetime
