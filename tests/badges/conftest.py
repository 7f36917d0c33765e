"""Riga College, its two micro-credentials, and badges that Anna earned: built, secured, drawn."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from badges.credential import CredentialBuilder, Learner, StatusEntry
from badges.issuer import IssuerProfile, read_issuer
from badges.status_list import build_status_list
from badges.template.model import Template, read_template
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate
from signing.proofs import PROOFS
from signing.secured import SecuredCredential
from signing.status import empty, with_bit_set

ROOT = Path(__file__).parents[2]
TOOL_URL = "https://badges.example.org"
LIST_URL = f"{TOOL_URL}/status/1"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
INDEX = 4711


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def issuer() -> IssuerProfile:
    return read_issuer(tomllib.loads((ROOT / "config/issuer.example.toml").read_text("utf-8")), TOOL_URL)


def demo_template(name: str) -> Template:
    """One of the templates the demo comes with."""
    file = ROOT / "lti_tool/demo/templates" / f"{name}.toml"
    return read_template(tomllib.loads(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def solar() -> Template:
    return demo_template("solar-panels")


@pytest.fixture(scope="session")
def data_literacy() -> Template:
    return demo_template("data-literacy")


@pytest.fixture
def built(issuer: IssuerProfile) -> Callable[..., Json]:
    """Builds Anna's credential as JSON; any argument of CredentialBuilder and its `build` may be given anew."""

    def make(template: Template, **changes: Any) -> Json:
        given: dict[str, Any] = {
            "credential_id": f"{TOOL_URL}/credentials/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
            "subject_id": "urn:uuid:0d2c0c5e-5d5a-4a6e-9d2b-3f1f0b6a7c11",
            "learner": Learner(name="Anna Bērziņa", email="Anna@Example.org"),
            "salt": "b7c1e2",
            "awarded_at": NOW - timedelta(days=1),
            "assessed_at": NOW - timedelta(days=2),
            "now": NOW,
            "score": Decimal("0.86"),
            "status": StatusEntry(list_url=LIST_URL, index=INDEX),
        }
        of_achievement: dict[str, Any] = {
            "template": template,
            "template_url": f"{TOOL_URL}/achievements/5b2a0c7d/1",
            "version": 1,
            "picture_url": f"{TOOL_URL}/achievements/5b2a0c7d/1/image.png",
            "issuer": issuer,
            "language": "lv",
            "extension_url": f"{TOOL_URL}/eu-micro-credential/v1/context.jsonld",
        }
        shared = {name: changes.pop(name, value) for name, value in of_achievement.items()}
        return CredentialBuilder(**shared).build(**given | changes)

    return make


@dataclass
class World:
    """What a verifier finds outside: the issuer's keys by address, the status lists by address."""

    issuer_id: str
    keys: dict[str, SigningKey] = field(default_factory=dict)
    lists: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def key(self, proof_name: str) -> SigningKey:
        method = f"{self.issuer_id}#{proof_name}"
        if method not in self.keys:
            private = generate("P-256" if proof_name == "vc-jwt" else "Ed25519")
            self.keys[method] = SigningKey(verification_method=method, kid=proof_name, private=private)
        return self.keys[method]

    def find_key(self, verification_method: str, issuer_id: str) -> VerificationMethod:
        self.asked.append(verification_method)
        if verification_method not in self.keys:
            raise KeyNotFoundError(verification_method)
        return VerificationMethod(
            id=verification_method,
            controller=verification_method.split("#")[0],
            public=self.keys[verification_method].public,
        )

    def find_status(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.lists:
            raise TimeoutError(url)
        return self.lists[url]

    def secure(self, credential: Json, proof_name: str = "eddsa-rdfc-2022") -> SecuredCredential:
        return PROOFS[proof_name].secure(credential, self.key(proof_name), NOW)

    def publish_list(
        self, revoked: tuple[int, ...] = (), proof_name: str = "eddsa-rdfc-2022", **changes: Any
    ) -> None:
        """Serves the signed status list, with these bits set."""
        bits = empty()
        for index in revoked:
            bits = with_bit_set(bits, index)
        given = {"list_url": LIST_URL, "issuer_id": self.issuer_id, "bits": bits, "now": NOW} | changes
        listing = build_status_list(**given, ttl=timedelta(minutes=5), lifetime=timedelta(days=7))
        self.lists[LIST_URL] = self.secure(listing, proof_name).text.encode()


@pytest.fixture
def world(issuer: IssuerProfile) -> World:
    world = World(issuer_id=issuer.id)
    world.publish_list()
    return world


@pytest.fixture
def endorsement(world: World) -> Json:
    """Riga College vouches for an achievement."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "https://badges.example.org/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Worth something",
        "issuer": {"id": world.issuer_id, "type": ["Profile"], "name": "Riga College"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{TOOL_URL}/achievements/5b2a0c7d/1",
            "type": ["EndorsementSubject"],
            "endorsementComment": "We hire whoever has it.",
        },
    }
