"""A badge by which a stranger makes its verifier call other hosts: its endorsements name status lists."""

from __future__ import annotations

from lti_tool.values import Json
from tests.attacks.stranger import BADGE_ID, Stranger, subject

ENDORSEMENTS = 16
ENTRIES = 2


def endorsed_badge(base: str) -> bytes:
    """A sound badge of some 27 KB, signed by a key that it brings along. `{}` in `base` is the number of a list."""
    mallory = Stranger()
    endorsements = [
        mallory.secure("EndorsementCredential", "Mallory", _endorsement(base, number), "vc-jwt-eddsa")
        for number in range(ENDORSEMENTS)
    ]
    badge = {
        "id": BADGE_ID,
        "credentialSubject": subject("Patience", "Waits.", "Wait."),
        "endorsementJwt": endorsements,
    }
    return mallory.secure("OpenBadgeCredential", "Mallory", badge).encode()


def _endorsement(base: str, number: int) -> Json:
    lists = [f"{base.format(number)}/{entry}" for entry in range(ENTRIES)]
    return {
        "id": f"https://mallory.example/endorsements/{number}",
        "name": "Worth something",
        "credentialSubject": {"id": BADGE_ID, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
        "credentialStatus": [
            {
                "id": f"{url}#1",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "1",
                "statusListCredential": url,
            }
            for url in lists
        ],
    }
