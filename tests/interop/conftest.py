"""What tests of interoperability share: an issuer with every kind of proof, and other libraries under Node.

Other libraries take the time from the machine's clock, so credentials are issued now.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from badges.credential import OB_SCHEMA
from badges.schemas import EXTENSION_SCHEMA
from badges.status_list import build_status_list
from badges.verify import Report, verify
from signing import did
from signing.did_document import did_document
from signing.document_loader import CONTEXTS, EXTENSION_PATH, find_context
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate, jwk, multikey
from signing.proofs import PROOFS, ecdsa_sd_2023
from signing.secured import SecuredCredential
from signing.status import empty, with_bit_set
from tests.badges.conftest import INDEX, LIST_URL, TOOL_URL, built, issuer, solar

__all__ = ["built", "issuer", "solar"]

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)


class OtherLibraries:
    """A program that runs other libraries under Node: others.mjs, or the wallets of credo.mjs and wallets.mjs."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def __call__(self, function: str, **arguments: Any) -> Json:
        """The result of one of the program's functions. The test fails where it raised an error."""
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(json.dumps({"function": function} | arguments) + "\n")
        self._program.stdin.flush()
        answer: Json = json.loads(self._program.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture(scope="session")
def others() -> Iterator[OtherLibraries]:
    yield from running_program("others.mjs")


@pytest.fixture(scope="session")
def credo() -> Iterator[OtherLibraries]:
    """A wallet of Credo."""
    yield from running_program("credo.mjs")


@pytest.fixture(scope="session")
def judging_wallet() -> Iterator[OtherLibraries]:
    """What the Learner Credential Wallet says of badges that it has."""
    yield from running_program("wallet.mjs")


#: The programs by the names of their files, each started when it is asked first.
Programs = Callable[[str], OtherLibraries]


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Programs:
    fixtures = {"others.mjs": "others", "credo.mjs": "credo", "wallet.mjs": "judging_wallet"}
    return lambda name: cast(OtherLibraries, request.getfixturevalue(fixtures[name]))


def running_program(name: str, **environment: str) -> Iterator[OtherLibraries]:
    """The program, with these further variables, until the tests are over; skips what needs it where it cannot run."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node, under which other verifiers run, is not installed")
    if not (FOLDER / "node_modules/made.stamp").is_file():
        pytest.skip("other verifiers are not installed: make interop")
    with subprocess.Popen(
        [node, FOLDER / name],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as program:
        yield OtherLibraries(program)
        assert program.stdin is not None
        program.stdin.close()


@dataclass
class IssuerSite:
    """An issuer. `pages` is what it publishes, with all contexts, by address: everything that verifiers can fetch."""

    id: str
    keys: dict[str, SigningKey]
    pages: dict[str, str] = field(default_factory=dict)

    def secure(self, credential: Json, proof: str) -> SecuredCredential:
        """The credential with this proof, as a verifier gets it: of ecdsa-sd-2023 the derived proof."""
        secured = PROOFS[proof].secure(credential, self.keys[proof], NOW)
        if proof == "ecdsa-sd-2023":
            return ecdsa_sd_2023.derive(
                secured, ["/id", "/validFrom", "/credentialSubject", "/credentialSchema"]
            )
        return secured

    def publish_status_list(self, *revoked: int, proof: str = "eddsa-rdfc-2022") -> None:
        """Serves a status list in which the bits at these indexes are set."""
        bits = empty()
        for index in revoked:
            bits = with_bit_set(bits, index)
        times = {"now": NOW, "ttl": timedelta(minutes=5), "lifetime": timedelta(days=7)}
        listing = build_status_list(list_url=LIST_URL, issuer_id=self.id, bits=bits, **times)
        self.pages[LIST_URL] = self.secure(listing, proof).text

    def fetch(self, url: str) -> bytes:
        """What is served at the address. Raises OSError where nothing is."""
        if url not in self.pages:
            raise OSError(f"nothing is served at {url}")
        return self.pages[url].encode()

    def verify(self, file: str | bytes) -> Report:
        """Our report on a badge of any issuer that is served here."""

        def find_key(method: str, issuer_id: str) -> VerificationMethod:
            return did.find_key(method, issuer_id, self.fetch)

        return verify(
            file.encode() if isinstance(file, str) else file,
            find_key,
            self.fetch,
            datetime.now(UTC),
            fetch=self.fetch,
        )


#: Stands for the official schema where ../shared is not beside this checkout, because no registry has it. Whether our
#: badges have its form is the question of `tests/badges/test_credential.py`.
_ANY_OBJECT = {"$schema": "https://json-schema.org/draft/2019-09/schema", "type": "object"}


def public_documents() -> dict[str, str]:
    """The contexts and the schemas that our badges name, by address."""
    documents = {url: find_context(url) for url in (*CONTEXTS, TOOL_URL + EXTENSION_PATH)}
    documents[TOOL_URL + EXTENSION_PATH.replace("context.jsonld", "schema.json")] = (
        EXTENSION_SCHEMA.read_text("utf-8")
    )
    official = ROOT.parent / "shared/data/schemas/ob_v3p0_achievementcredential_schema.json"
    schema = official.read_text("utf-8") if official.is_file() else json.dumps(_ANY_OBJECT)
    return documents | {OB_SCHEMA: schema}


@pytest.fixture(scope="session")
def riga_college(issuer: Any) -> IssuerSite:
    """Riga College without a status list. Made once, because RSA keys take long."""
    keys = {
        "eddsa-rdfc-2022": _key(f"{issuer.id}#e1", "Ed25519"),
        "ecdsa-sd-2023": _key(f"{issuer.id}#p1", "P-256"),
        "vc-jwt": _key(f"{TOOL_URL}/keys/p2.json", "P-256"),
        "vc-jwt-rs256": _key(f"{TOOL_URL}/keys/r1.json", "RSA"),
    }
    wallet_key = generate("P-256")
    address = f"{issuer.id}#{multikey(wallet_key.public_key())}"
    keys["sd-jwt"] = SigningKey(
        verification_method=address, kid=address.rpartition("#")[2], private=wallet_key
    )
    methods = [
        VerificationMethod(id=f"{issuer.id}#{key.kid}", controller=issuer.id, public=key.public)
        for key in keys.values()
    ]
    pages = public_documents() | {did.did_web_url(issuer.id): json.dumps(did_document(issuer.id, methods))}
    for name in ("vc-jwt", "vc-jwt-rs256"):
        pages[keys[name].verification_method] = json.dumps(jwk(keys[name].public, keys[name].kid))
    return IssuerSite(id=issuer.id, keys=keys, pages=pages)


def _key(method: str, algorithm: Any) -> SigningKey:
    kid = method.rpartition("#")[2].rpartition("/")[2].removesuffix(".json")
    return SigningKey(verification_method=method, kid=kid, private=generate(algorithm))


@pytest.fixture
def site(riga_college: IssuerSite) -> IssuerSite:
    """Riga College with a status list in which nothing is revoked."""
    site = IssuerSite(id=riga_college.id, keys=riga_college.keys, pages=dict(riga_college.pages))
    site.publish_status_list()
    return site


@pytest.fixture
def credential(built: Callable[..., Json], solar: Any) -> Json:
    """Anna's credential, without proof."""
    return built(solar, awarded_at=NOW - timedelta(days=1), now=NOW)


@pytest.fixture
def index() -> int:
    """The index of Anna's credential in the status list."""
    return INDEX
