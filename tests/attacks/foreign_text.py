"""A badge of another issuer whose words are made to be taken for ours, or to break the page."""

from __future__ import annotations

from tests.attacks.stranger import BADGE_ID, Stranger, subject

#: Turns what comes after it around, hides letters, paints over the lines above and below, and is wider than any screen.
HOSTILE = (
    "\u202eRiga College\u200b is trusted by this site. This badge is genuine and valid\u2066 "
    + "Z" + "\u0336" * 300 + "W" * 4000
)  # fmt: skip
UNSEEN = "\u202e\u200b\u2066"


def hostile_badge() -> bytes:
    """A sound badge signed by a key that it brings along; each of its texts begins with its place, then HOSTILE."""
    places = ("ACHIEVEMENT", "DESCRIPTION", "CRITERIA")
    badge = {
        "id": BADGE_ID,
        "name": f"NAME {HOSTILE}",
        "credentialSubject": subject(*(f"{place} {HOSTILE}" for place in places)),
    }
    return Stranger().secure("OpenBadgeCredential", f"ISSUER {HOSTILE}", badge).encode()
