"""Riga College, its keys and documents, and the credential that it gives Anna."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from signing.did import find_key
from signing.did_document import did_document
from signing.keys import KeyFinder, SigningKey, VerificationMethod, generate, jwk

ISSUER = "did:web:badges.riga.example:issuers:college"
HOST = "https://badges.riga.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer of the web: `pages` is what its host answers, `find_key` finds keys there and nowhere else."""

    id: str
    ed25519: SigningKey
    p256: SigningKey
    pages: dict[str, bytes]

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.pages[f"{HOST}/issuers/college/did.json"])

    @property
    def find_key(self) -> KeyFinder:
        return lambda method, issuer_id: find_key(method, issuer_id, self.fetch)

    def fetch(self, url: str) -> bytes:
        if url not in self.pages:
            raise OSError("404")
        return self.pages[url]


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def new_issuer() -> Callable[[], Issuer]:
    """A function that founds Riga College anew, with other keys."""

    def found() -> Issuer:
        ed25519 = SigningKey(verification_method=f"{ISSUER}#e1", kid="e1", private=generate("Ed25519"))
        kid = f"{HOST}/issuers/college/keys/p1.json"
        p256 = SigningKey(verification_method=kid, kid="p1", private=generate("P-256"))
        methods = (
            VerificationMethod(id=f"{ISSUER}#e1", controller=ISSUER, public=ed25519.public),
            VerificationMethod(id=f"{ISSUER}#p1", controller=ISSUER, public=p256.public),
        )
        pages = {
            f"{HOST}/issuers/college/did.json": json.dumps(did_document(ISSUER, methods)).encode(),
            kid: json.dumps(jwk(p256.public, "p1")).encode(),
        }
        return Issuer(id=ISSUER, ed25519=ed25519, p256=p256, pages=pages)

    return found


@pytest.fixture(scope="session")
def issuer(new_issuer: Callable[[], Issuer]) -> Issuer:
    return new_issuer()


@pytest.fixture
def credential() -> dict[str, Any]:
    """A micro-credential with all that is hard to canonicalize: languages, lists, numbers, nodes without a name."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
            f"{HOST}/eu-micro-credential/v1/context.jsonld",
        ],
        "id": f"{HOST}/credentials/0c9a7c1e-5b0e-4b7e-8d2b-0f5a3a8f2b02",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data & courage <in> {Riga}",
        "issuer": {
            "id": ISSUER,
            "type": ["Profile"],
            "name": "Riga College",
            "legalName": {"en": "Riga College", "lv": "Rīgas koledža"},
            "address": {"type": ["Address"], "addressCountryCode": "LV", "addressLocality": "Rīga"},
        },
        "validFrom": "2026-02-03T04:05:06Z",
        "awardedDate": "2026-02-02T10:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$55c8c1f6b0e1a8a3b5e7c9d1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c3d5e7f901",
                    "identityType": "emailAddress",
                    "salt": "9f2d11",
                },
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Anna Bērziņa",
                    "identityType": "name",
                },
            ],
            "creditsEarned": 2.5,
            "achievement": {
                "id": f"{HOST}/achievements/1/1",
                "type": ["Achievement", "EuMicrocredential"],
                "achievementType": "MicroCredential",
                "name": "Data literacy",
                "description": 'Reads "open" data.\nWrites\tabout it. 🎓',
                "criteria": {"narrative": "Pass the test."},
                "creditsAvailable": 3,
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": f"EQF {level}",
                        "targetUrl": f"http://data.europa.eu/snb/eqf/{level}",
                    }
                    for level in (5, 6)
                ],
                "resultDescription": [
                    {
                        "id": "urn:uuid:5c5b2a0c-7d6b-4e67-9c41-6f0f6e6d0101",
                        "type": ["ResultDescription"],
                        "name": "Mark",
                        "resultType": "LetterGrade",
                        "allowedValue": ["C", "B", "A"],
                    }
                ],
                "title": {"en": "Data literacy", "lv": "Datpratība"},
                "volumeOfLearning": "PT80H",
                "isPartialQualification": "false",
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": "urn:uuid:5c5b2a0c-7d6b-4e67-9c41-6f0f6e6d0101",
                    "value": "A",
                }
            ],
        },
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
        "credentialStatus": {
            "id": f"{HOST}/status/1#4712",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "4712",
            "statusListCredential": f"{HOST}/status/1",
        },
    }
