"""A badge of Open Badges 2.0 on the site of its issuer, for the tests of this folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from badges.errors import HttpStatusError
from signing.json_text import Json

CONTEXT = "https://w3id.org/openbadges/v2"
SITE = "https://college.example.org"
HOSTED, BADGE, ISSUER = f"{SITE}/assertions/1", f"{SITE}/badges/1", f"{SITE}/issuer"
OTHER = "https://mallory.example.net"
#: A badge of Open Badges 0.5.
OLDEST: Json = {
    "recipient": "anna@example.org",
    "evidence": "/evidence",
    "issued_on": "2012-06-01",
    "badge": {
        "version": "0.5.0",
        "name": "Solar panels",
        "image": "/image.png",
        "description": "Mounts solar panels",
        "criteria": "/criteria",
        "issuer": {"origin": SITE, "name": "Riga College"},
    },
}
#: One of Open Badges 1.0 that does not say where it is hosted.
WITHOUT_VERIFY: Json = {
    "uid": "1",
    "recipient": {"type": "email", "identity": "anna@example.org", "hashed": False},
    "badge": BADGE,
    "issuedOn": "2013-10-31",
}


@dataclass
class Web:
    """What is served by address: JSON, a text, or an answer with another status. No other address answers."""

    pages: dict[str, Any]
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        page = self.pages[url]
        if isinstance(page, HttpStatusError):
            raise page
        return page.encode() if isinstance(page, str) else json.dumps(page).encode()


def redirect(location: str, status: int = 302) -> HttpStatusError:
    return HttpStatusError(status, location=location)


def pages() -> dict[str, Any]:
    """The documents of a badge that Riga College serves, by address."""
    return {
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
