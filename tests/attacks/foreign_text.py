"""A badge of another issuer whose words are made to be taken for ours, or to break the page."""

from __future__ import annotations

from tests.attacks.stranger import BADGE_ID, Stranger, subject

#: Turns what comes after it around, hides letters, paints over the lines above and below, and is wider than any screen.
HOSTILE = (
    "\u202eRiga College\u200b is trusted by this site. This badge is genuine and valid\u2066 "
    + "Z" + "\u0336" * 300 + "W" * 4000
)  # fmt: skip
#: Markdown that would draw, lead away, hide or run something.
MARKED = (
    "**Riga College** is trusted by this site. [Log in](https://mallory.example/login) "
    "![seal](https://mallory.example/seal.png) <img src=x onerror=alert(1)> </bdi></p><h1>trusted by this site</h1> "
    "[x](javascript:alert(1)) &#x202e;"
)
UNSEEN = "\u202e\u200b\u2066"


def hostile_badge() -> bytes:
    """A sound badge signed by a key that it brings along; each of its texts begins with its place, then HOSTILE."""
    places = (f"ACHIEVEMENT {HOSTILE}", f"DESCRIPTION {HOSTILE}", f"CRITERIA {MARKED} {HOSTILE}")
    badge = {
        "id": BADGE_ID,
        "name": f"NAME {HOSTILE}",
        "evidence": [
            {
                "id": "https://mallory.example/evidence",
                "type": ["Evidence"],
                "name": f"EVIDENCE {HOSTILE}",
                "narrative": f"# NARRATIVE {HOSTILE}\n\n- {MARKED}\n1. {MARKED}",
            }
        ],
        "credentialSubject": subject(*places),
    }
    return Stranger().secure("OpenBadgeCredential", f"ISSUER {HOSTILE}", badge).encode()
