"""The same work done with other libraries: PyLD, or @digitalbazaar/vc under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from pyld import jsonld

from signing.document_loader import as_remote_document, find_context
from signing.json_text import Json
from signing.keys import SigningKey
from signing.multibase import base58, from_base58
from tests.bench.measuring import Timed

INTEROP = Path(__file__).parents[1] / "interop"


class PlainPyLD:
    """eddsa-rdfc-2022 as somebody would write it who knows PyLD well: with static contexts, which PyLD caches."""

    def __init__(self, credential: Json, key: SigningKey) -> None:
        self._credential = credential
        self._key = key
        self._public = key.public
        loaded = {url: as_remote_document(url, find_context(url)) for url in credential["@context"]}
        self._options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": lambda url, options=None: loaded[url],
        }

    def issue(self) -> str:
        proof = {
            "type": "DataIntegrityProof",
            "created": "2026-02-03T04:05:06Z",
            "verificationMethod": self._key.verification_method,
            "proofPurpose": "assertionMethod",
            "cryptosuite": "eddsa-rdfc-2022",
        }
        signature = self._key.private.sign(self._hashes(self._credential, proof))
        return json.dumps(self._credential | {"proof": [proof | {"proofValue": "z" + base58(signature)}]})

    def verify(self, text: str) -> None:
        document = json.loads(text)
        (proof,) = document.pop("proof")
        signature = from_base58(proof.pop("proofValue")[1:])
        self._public.verify(signature, self._hashes(document, proof))

    def _hashes(self, document: Json, proof: Json) -> bytes:
        options = {"@context": document["@context"], **proof}
        return self._hash(options) + self._hash(document)

    def _hash(self, document: Json) -> bytes:
        return sha256(jsonld.normalize(document, self._options).encode()).digest()


@contextmanager
def digitalbazaar(credential: Json) -> Iterator[Callable[[str], Timed] | None]:
    """A function that gives `issue` or `verify` as work timed inside a warm Node; None where that is not installed."""
    node = shutil.which("node")
    if node is None or not (INTEROP / "node_modules/@digitalbazaar/vc").is_dir():
        yield None
        return
    urls = [*credential["@context"], "https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    inputs = {"contexts": {url: find_context(url) for url in urls}, "credential": credential}
    with subprocess.Popen(
        [node, INTEROP / "timed.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin and program.stdout
        questions, answers = program.stdin, program.stdout

        def send(message: Json) -> None:
            questions.write(json.dumps(message) + "\n")
            questions.flush()

        def work(what: str) -> Timed:
            def timed(times: int) -> float:
                send({"what": what, "times": times})
                return float(answers.readline())

            return timed

        send(inputs)
        yield work
        questions.close()
