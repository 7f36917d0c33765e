"""Riga College before the verifiers of others: its badges with every kind of proof, and all that it serves.

Those others look at the clock of the machine, so what is issued here is issued now.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from badges.credential import OB_SCHEMA
from badges.schemas import EXTENSION_SCHEMA
from badges.status_list import build_status_list
from badges.verify import Report, verify
from signing import did
from signing.did_document import did_document
from signing.document_loader import CONTEXTS, EXTENSION_PATH, find_context
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate, jwk
from signing.proofs import PROOFS, ecdsa_sd_2023
from signing.secured import SecuredCredential
from signing.status import empty, with_bit_set
from tests.badges.conftest import INDEX, LIST_URL, TOOL_URL, built, issuer, solar

__all__ = ["built", "issuer", "solar"]

FOLDER = Path(__file__).parent
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)


class Others:
    """The program in others.mjs, which asks the verifiers of others under Node."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def __call__(self, question: str, **given: Any) -> Json:
        """The answer; a test fails where the program could not give one."""
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(json.dumps({"ask": question} | given) + "\n")
        self._program.stdin.flush()
        answer: Json = json.loads(self._program.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture(scope="session")
def others() -> Iterator[Others]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node, under which the verifiers of others run, is not installed")
    if not (FOLDER / "node_modules/made.stamp").is_file():
        pytest.skip("the verifiers of others are not installed: make interop")
    with subprocess.Popen(
        [node, FOLDER / "others.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as program:
        yield Others(program)
        assert program.stdin is not None
        program.stdin.close()


@dataclass
class World:
    """Riga College: `pages` is what it serves, and all contexts; nothing else exists for those who ask."""

    id: str
    keys: dict[str, SigningKey]
    pages: dict[str, str] = field(default_factory=dict)

    def secure(self, credential: Json, proof: str) -> SecuredCredential:
        """As a verifier is to see it: of a proof that only the holder may have, what the holder shows of it."""
        secured = PROOFS[proof].secure(credential, self.keys[proof], NOW)
        if proof == "ecdsa-sd-2023":
            return ecdsa_sd_2023.derive(
                secured, ["/id", "/validFrom", "/credentialSubject", "/credentialSchema"]
            )
        return secured

    def publish_list(self, *revoked: int, proof: str = "eddsa-rdfc-2022") -> None:
        bits = empty()
        for index in revoked:
            bits = with_bit_set(bits, index)
        times = {"now": NOW, "ttl": timedelta(minutes=5), "lifetime": timedelta(days=7)}
        listing = build_status_list(list_url=LIST_URL, issuer_id=self.id, bits=bits, **times)
        self.pages[LIST_URL] = self.secure(listing, proof).text

    def fetch(self, url: str) -> bytes:
        if url not in self.pages:
            raise OSError(f"nothing is served at {url}")
        return self.pages[url].encode()

    def verdict(self, file: str | bytes) -> Report:
        """Ours, on what anybody issued who is served here."""

        def find_key(method: str, issuer_id: str) -> VerificationMethod:
            return did.find_key(method, issuer_id, self.fetch)

        return verify(
            file.encode() if isinstance(file, str) else file,
            find_key,
            self.fetch,
            datetime.now(UTC),
            fetch=self.fetch,
        )


def public_documents(shared: Path) -> dict[str, str]:
    """What others publish, and our extension: the contexts, and the schemas that our badges name."""
    found = {url: find_context(url) for url in (*CONTEXTS, TOOL_URL + EXTENSION_PATH)}
    found[TOOL_URL + EXTENSION_PATH.replace("context.jsonld", "schema.json")] = EXTENSION_SCHEMA.read_text(
        "utf-8"
    )
    official = shared / "data/schemas/ob_v3p0_achievementcredential_schema.json"
    return found | {OB_SCHEMA: official.read_text("utf-8")}


@pytest.fixture(scope="session")
def riga(issuer: Any, shared: Path) -> World:
    """The keys are made once: those of RSA take a while."""
    keys = {
        "eddsa-rdfc-2022": _key(f"{issuer.id}#e1", "Ed25519"),
        "ecdsa-sd-2023": _key(f"{issuer.id}#p1", "P-256"),
        "vc-jwt": _key(f"{TOOL_URL}/keys/p2.json", "P-256"),
        "vc-jwt-rs256": _key(f"{TOOL_URL}/keys/r1.json", "RSA"),
    }
    methods = [
        VerificationMethod(id=f"{issuer.id}#{key.kid}", controller=issuer.id, public=key.public)
        for key in keys.values()
    ]
    pages = public_documents(shared) | {
        did.did_web_url(issuer.id): json.dumps(did_document(issuer.id, methods))
    }
    for name in ("vc-jwt", "vc-jwt-rs256"):
        pages[keys[name].verification_method] = json.dumps(jwk(keys[name].public, keys[name].kid))
    return World(id=issuer.id, keys=keys, pages=pages)


def _key(method: str, algorithm: Any) -> SigningKey:
    kid = method.rpartition("#")[2].rpartition("/")[2].removesuffix(".json")
    return SigningKey(verification_method=method, kid=kid, private=generate(algorithm))


@pytest.fixture
def world(riga: World) -> World:
    """Riga College with a status list that says of nobody that they are revoked."""
    fresh = World(id=riga.id, keys=riga.keys, pages=dict(riga.pages))
    fresh.publish_list()
    return fresh


@pytest.fixture
def credential(built: Callable[..., Json], solar: Any) -> Json:
    """Anna's."""
    return built(solar, awarded_at=NOW - timedelta(days=1), now=NOW)


@pytest.fixture
def index() -> int:
    """Anna's place in the status list."""
    return INDEX
