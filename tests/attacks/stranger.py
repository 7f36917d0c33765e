"""Credentials of a stranger, whose signatures hold: the key is in the issuer's own id."""

from __future__ import annotations

from datetime import UTC, datetime

from lti_tool.values import Json
from signing.did import did_key
from signing.keys import SigningKey, generate
from signing.proofs import PROOFS

_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BADGE_ID = "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01"


class Stranger:
    """An issuer that anybody can be."""

    def __init__(self) -> None:
        private = generate("Ed25519")
        self.did = did_key(private.public_key())
        self._key = SigningKey(
            verification_method=f"{self.did}#{self.did.removeprefix('did:key:')}",
            kid="mallory",
            private=private,
        )

    def secure(self, kind: str, issuer_name: str, members: Json, proof: str = "eddsa-rdfc-2022") -> str:
        """The text of a secured credential of this type with these members."""
        credential = {
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "type": ["VerifiableCredential", kind],
            "issuer": {"id": self.did, "type": ["Profile"], "name": issuer_name},
            "validFrom": "2026-01-01T00:00:00Z",
            **members,
        }
        return PROOFS[proof].secure(credential, self._key, _NOW).text


def subject(name: str, description: str, criteria: str) -> Json:
    """The `credentialSubject` of a badge for Anna."""
    return {
        "id": "did:example:anna",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://mallory.example/1",
            "type": ["Achievement"],
            "name": name,
            "description": description,
            "criteria": {"narrative": criteria},
        },
    }
