"""What the tests of this folder share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from badges.verify import Report, verify
from signing.json_text import Json
from tests.badges.verify.hosted import Web, pages
from tests.badges.verify.reports import demand_sentences


@pytest.fixture
def web() -> Web:
    """The documents of a badge that Riga College serves."""
    return Web(pages())


@pytest.fixture
def check(web: Web, world: Any, now: datetime) -> Callable[..., Report]:
    def checked(file: bytes | str | Json, **more: Any) -> Report:
        text = json.dumps(file) if isinstance(file, dict) else file
        data = text.encode() if isinstance(text, str) else text
        report = verify(data, world.find_key, world.find_status, now, **({"fetch": web.fetch} | more))
        demand_sentences(report)
        return report

    return checked
