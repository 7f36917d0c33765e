"""An arrival whose browser is not yet bound to the launch is kept under a ticket, for one use."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.platforms.launch import Arrival
from lti_tool.values import DeepLinkingSettings, Launch, secret_hash


def store_arrival(expiring_values: ExpiringValues, arrival: Arrival, seconds: int = 600) -> str:
    """A ticket for an arrival whose browser is not bound yet; it is good for one use."""
    ticket = secrets.token_urlsafe(24)
    expiring_values.put(f"arrival-{secret_hash(ticket)}", json.loads(json.dumps(asdict(arrival))), seconds)
    return ticket


def take_arrival(expiring_values: ExpiringValues, ticket: str) -> Arrival | None:
    """The arrival of a ticket, once."""
    kept = expiring_values.take(f"arrival-{secret_hash(ticket)}")
    if kept is None:
        return None
    launch = dict(kept.pop("launch"))
    linking = launch.pop("deep_linking")
    if linking is not None:
        linking = DeepLinkingSettings(**linking)
    launch["roles"] = tuple(launch["roles"])
    return Arrival(launch=Launch(**launch, deep_linking=linking), **kept)
