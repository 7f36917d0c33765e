"""What the tests of this folder share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from badges.verify import Report, verify
from signing.json_text import Json
from tests.badges.verify.hosted import BADGE, CONTEXT, HOSTED, ISSUER, SITE, Web
from tests.badges.verify.reports import demand_sentences


@pytest.fixture
def web() -> Web:
    """The documents of a badge that Riga College serves."""
    return Web(
        {
            HOSTED: {
                "@context": CONTEXT,
                "type": "Assertion",
                "id": HOSTED,
                "badge": BADGE,
                "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
                "issuedOn": "2020-01-01T00:00:00+00:00",
                "verification": {"type": "hosted"},
            },
            BADGE: {
                "@context": CONTEXT,
                "type": "BadgeClass",
                "id": BADGE,
                "name": "Solar panels",
                "description": "Mounts solar panels",
                "criteria": {"narrative": "Mount one."},
                "image": f"{SITE}/badge.png",
                "issuer": ISSUER,
            },
            ISSUER: {
                "@context": CONTEXT,
                "type": "Issuer",
                "id": ISSUER,
                "name": "Riga College",
                "url": SITE,
                "email": "badges@example.org",
            },
        }
    )


@pytest.fixture
def check(web: Web, world: Any, now: datetime) -> Callable[..., Report]:
    def checked(file: bytes | str | Json, **more: Any) -> Report:
        text = json.dumps(file) if isinstance(file, dict) else file
        data = text.encode() if isinstance(text, str) else text
        report = verify(data, world.find_key, world.find_status, now, **({"fetch": web.fetch} | more))
        demand_sentences(report)
        return report

    return checked
