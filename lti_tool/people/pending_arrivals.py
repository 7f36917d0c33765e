"""Launches whose browser is not yet bound to them, stored under a ticket for one use.

An embedded page without cookies proves in a further step that the browser which began the login also finished it.
Until then the validated launch waits here, and the page holds the ticket.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.platforms.launch import Arrival
from lti_tool.values import DeepLinkingSettings, Launch, secret_hash


def store_arrival(expiring_values: ExpiringValues, arrival: Arrival, seconds: int = 600) -> str:
    """The ticket of the arrival, valid for `seconds` and for one use."""
    ticket = secrets.token_urlsafe(24)
    # asdict keeps tuples; a turn through JSON makes of them what the database will return: lists.
    expiring_values.put(_key(ticket), json.loads(json.dumps(asdict(arrival))), seconds)
    return ticket


def take_arrival(expiring_values: ExpiringValues, ticket: str) -> Arrival | None:
    """The arrival of a ticket, which is used up; None where it has expired, was used or is unknown."""
    stored = expiring_values.take(_key(ticket))
    if stored is None:
        return None
    launch = dict(stored.pop("launch"))
    linking = launch.pop("deep_linking")
    launch |= {name: tuple(launch[name]) for name in ("roles", "unexpanded", "notice_types")}
    return Arrival(
        launch=Launch(**launch, deep_linking=None if linking is None else DeepLinkingSettings(**linking)),
        **stored,
    )


def _key(ticket: str) -> str:
    return f"arrival-{secret_hash(ticket)}"
