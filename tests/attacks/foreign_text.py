"""A badge of another issuer whose words are made to be taken for ours, or to break the page."""

from __future__ import annotations

from datetime import UTC, datetime

from signing.did import did_key
from signing.json_text import Json
from signing.keys import SigningKey, generate
from signing.proofs import PROOFS

_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

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
    return signed_by_stranger(
        name=f"ISSUER {HOSTILE}",
        achievement={
            "name": f"ACHIEVEMENT {HOSTILE}",
            "description": f"DESCRIPTION {HOSTILE}",
            "criteria": {"narrative": f"CRITERIA {MARKED} {HOSTILE}"},
        },
        evidence=[
            {
                "id": "https://mallory.example/evidence",
                "type": ["Evidence"],
                "name": f"EVIDENCE {HOSTILE}",
                "narrative": f"# NARRATIVE {HOSTILE}\n\n- {MARKED}\n1. {MARKED}",
            }
        ],
        badge_name=f"NAME {HOSTILE}",
    )


def signed_by_stranger(
    *, name: str, achievement: Json, evidence: list[Json], badge_name: str = "Badge"
) -> bytes:
    """A badge of an issuer of that name that nobody knows, signed by the key that its did:key is."""
    private = generate("Ed25519")
    did = did_key(private.public_key())
    key = SigningKey(
        verification_method=f"{did}#{did.removeprefix('did:key:')}", kid="mallory", private=private
    )
    badge = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": did, "type": ["Profile"], "name": name},
        "name": badge_name,
        "validFrom": "2026-01-01T00:00:00Z",
        "evidence": evidence,
        "credentialSubject": {
            "id": "did:example:anna",
            "type": ["AchievementSubject"],
            "achievement": {"id": "https://mallory.example/1", "type": ["Achievement"]} | achievement,
        },
    }
    return PROOFS["eddsa-rdfc-2022"].secure(badge, key, _NOW).text.encode()
