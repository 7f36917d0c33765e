"""The same work done with other libraries: PyLD, pyoxigraph, openbadgeslib, sd-jwt, or @digitalbazaar/vc under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto.jwk import JWK
from openbadgeslib.ob3.ldp import add_data_integrity_proof, verify_data_integrity_proof
from pyld import jsonld
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from signing.document_loader import as_remote_document, find_context
from signing.json_text import Json
from signing.keys import SigningKey
from signing.multibase import base58, from_base58
from tests.bench.measuring import Timed

INTEROP = Path(__file__).parents[1] / "interop"


class OtherCanonicalizer(ABC):
    """eddsa-rdfc-2022 as somebody would write it who knows another library for JSON-LD and RDFC-1.0 well."""

    def __init__(self, credential: Json, key: SigningKey) -> None:
        self._credential = credential
        self._key = key
        self._public = key.public

    @abstractmethod
    def canonical(self, document: Json) -> bytes:
        """The canonical N-Quads of a document."""

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
        return sha256(self.canonical(options)).digest() + sha256(self.canonical(document)).digest()


class PlainPyLD(OtherCanonicalizer):
    """PyLD, with static contexts, which it caches."""

    def __init__(self, credential: Json, key: SigningKey) -> None:
        super().__init__(credential, key)
        loaded = {url: as_remote_document(url, find_context(url)) for url in credential["@context"]}
        self._options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": lambda url, options=None: loaded[url],
        }

    def canonical(self, document: Json) -> bytes:
        return jsonld.normalize(document, self._options).encode()


class PlainPyoxigraph(OtherCanonicalizer):
    """pyoxigraph, in Rust. It loads no contexts, so they stand in the document."""

    def __init__(self, credential: Json, key: SigningKey) -> None:
        super().__init__(credential, key)
        self._contexts = [json.loads(find_context(url))["@context"] for url in credential["@context"]]

    def canonical(self, document: Json) -> bytes:
        text = json.dumps(document | {"@context": self._contexts})
        dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).splitlines(keepends=True)
        return b"".join(sorted(lines))


class ReferenceSdJwt:
    """SD-JWT by the reference implementation of its standard."""

    def __init__(self, credential: Json, paths: Collection[tuple[str | int, ...]], key: SigningKey) -> None:
        pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = JWK.from_pem(pem)
        self._claims = _marked(credential, frozenset(paths), ())
        self._headers = {"typ": "vc+sd-jwt", "kid": key.verification_method}

    def issue(self) -> str:
        issuer = SDJWTIssuer(self._claims, self._key, extra_header_parameters=self._headers)
        text: str = issuer.sd_jwt_issuance
        return text

    def verify(self, text: str) -> Json:
        claims: Json = SDJWTVerifier(text, lambda issuer, header: self._key).get_verified_payload()
        return claims


def _marked(value: Any, paths: frozenset[tuple[str | int, ...]], path: tuple[str | int, ...]) -> Any:
    """The value with the marks by which the library knows what may be left out."""
    if isinstance(value, dict):
        return {
            SDObj(name) if (*path, name) in paths else name: _marked(part, paths, (*path, name))
            for name, part in value.items()
        }
    if isinstance(value, list):
        parts = [_marked(part, paths, (*path, place)) for place, part in enumerate(value)]
        return [SDObj(part) if (*path, place) in paths else part for place, part in enumerate(parts)]
    return value


class OpenBadgesLib:
    """openbadgeslib, with keys as PEM and with the context that it does not have."""

    def __init__(self, credential: Json, key: SigningKey) -> None:
        self._credential = credential
        self._method = key.verification_method
        self._pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._public_pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self._contexts = {url: json.loads(find_context(url)) for url in credential["@context"][2:]}

    def issue(self) -> str:
        signed = add_data_integrity_proof(
            self._credential, self._pem, self._method, extra_contexts=self._contexts
        )
        return json.dumps(signed)

    def verify(self, text: str) -> None:
        verify_data_integrity_proof(json.loads(text), self._public_pem, extra_contexts=self._contexts)


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
