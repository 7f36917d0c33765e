"""A badge by which a stranger makes its verifier call other hosts: its endorsements name status lists."""

from __future__ import annotations

from datetime import UTC, datetime

from lti_tool.values import Json
from signing.did import did_key
from signing.keys import SigningKey, generate
from signing.proofs import PROOFS

ENDORSEMENTS = 16
ENTRIES = 2
_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


def endorsed_badge(base: str) -> bytes:
    """A sound badge of some 27 KB, signed by a key that it brings along. `{}` in `base` is the number of a list."""
    private = generate("Ed25519")
    did = did_key(private.public_key())
    key = SigningKey(
        verification_method=f"{did}#{did.removeprefix('did:key:')}", kid="mallory", private=private
    )
    endorsements = [
        PROOFS["vc-jwt-eddsa"].secure(_endorsement(did, base, number), key, _NOW).text
        for number in range(ENDORSEMENTS)
    ]
    badge = {
        "@context": _CONTEXT,
        "id": _ID,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": did, "type": ["Profile"], "name": "Mallory"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:anna",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://mallory.example/1",
                "type": ["Achievement"],
                "name": "Patience",
                "description": "Waits.",
                "criteria": {"narrative": "Wait."},
            },
        },
        "endorsementJwt": endorsements,
    }
    return PROOFS["eddsa-rdfc-2022"].secure(badge, key, _NOW).text.encode()


_ID = "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01"


def _endorsement(did: str, base: str, number: int) -> Json:
    lists = [f"{base.format(number)}/{entry}" for entry in range(ENTRIES)]
    return {
        "@context": _CONTEXT,
        "id": f"https://mallory.example/endorsements/{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Worth something",
        "issuer": {"id": did, "type": ["Profile"], "name": "Mallory"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": _ID, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
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
