"""The part of the tool that publishing needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from lti_tool.issuing.issuers import Issuers
from lti_tool.store.database import Store


class Publisher(Protocol):
    """The database, the issuers, the clock; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...
    @property
    def issuers(self) -> Issuers: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
