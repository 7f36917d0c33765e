"""A remote signer by the Cloud Signature Consortium's API 2.0, strict, and the faults that a test gives it.

It stands in the place of `Outgoing`: what it gets is a request, and what it gives a response or an OutgoingError.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from lti_tool.outgoing import HttpResponse

URL, TOKENS = "https://sign.example/csc/v2", "https://login.sign.example/csc/v2"
CLIENT_ID, CLIENT_SECRET, PIN, CREDENTIAL = "nozimite", "a secret / of the client+", "246810", "seal-1"
SHA_256 = "2.16.840.1.101.3.4.2.1"


@dataclass
class Signer:
    """What the signer knows. `calls` are the steps in their order; `answers` replace what a step answers.

    `auth`: how a signature is authorised, None where a token is enough. `raw`: signatures of curves as r and s, not in
    DER. `forget`: how many tokens it forgets as soon as they are used.
    """

    key: Any
    certificates: list[x509.Certificate]
    algorithms: list[str] = field(default_factory=lambda: ["1.2.840.10045.2.1", "1.2.840.10045.4.3.2"])
    auth: dict[str, Any] | None = field(default_factory=lambda: {"mode": "implicit"})
    multisign: Any = 1
    oauth2: str | None = TOKENS
    forget: int = 0
    expires_in: Any = 3600
    changes: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[], tuple[int, bytes]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    activated: dict[str, tuple[list[str], int]] = field(default_factory=dict)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes,
        max_bytes: int,
        seconds: float,
    ) -> HttpResponse:
        """The answer to a request. One that is not as the API has it is an error of the test."""
        assert method == "POST" and max_bytes > 0 and seconds > 0 and headers["Accept"] == "application/json"
        self.sent.append(data.decode())
        if url == f"{self.oauth2 or URL}/oauth2/token":
            assert (
                headers["Content-Type"] == "application/x-www-form-urlencoded"
                and "Authorization" not in headers
            )
            return self._answer(url, "oauth2/token", lambda: self._token(data.decode()))
        assert url.startswith(f"{URL}/") and headers["Content-Type"] == "application/json"
        step, asked = url.removeprefix(f"{URL}/"), json.loads(data)
        if step == "info":
            assert asked == {}
            found = {"specs": "2.0.0.2", "authType": ["oauth2client"]}
            return self._answer(
                url, step, lambda: (200, found | ({"oauth2": self.oauth2} if self.oauth2 else {}))
            )
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens or self.forget > 0:
            self.forget -= 1
            self.tokens.discard(token)
            self.calls.append(f"{step} 401")
            return _response(url, 401, {"error": "invalid_token"})
        ways = {
            "credentials/info": self._info,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        return self._answer(url, step, lambda: ways[step](asked))

    def _answer(self, url: str, step: str, way: Callable[[], tuple[int, Any]]) -> HttpResponse:
        self.calls.append(step)
        if step in self.answers:
            status, body = self.answers[step]()
            return HttpResponse(status=status, headers={}, body=body, url=url)
        return _response(url, *way())

    def _token(self, form: str) -> tuple[int, Any]:
        asked = {name: values[0] for name, values in parse_qs(form, strict_parsing=True).items()}
        own = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        assert asked.keys() == {"grant_type", "scope", *own}
        assert asked["grant_type"] == "client_credentials" and asked["scope"] == "service"
        if asked != asked | own:
            return 401, {"error": "invalid_client", "error_description": f"not {asked['client_secret']}"}
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}

    def _info(self, asked: dict[str, Any]) -> tuple[int, Any]:
        assert asked == {
            "credentialID": CREDENTIAL,
            "certificates": "chain",
            "certInfo": False,
            "authInfo": True,
        }
        chain = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in self.certificates]
        found = {
            "key": {"status": "enabled", "algo": self.algorithms, "len": 256},
            "cert": {"status": "valid", "certificates": chain},
            "multisign": self.multisign,
            "SCAL": "2",
        }
        return 200, found | ({"auth": self.auth} if self.auth else {}) | self.changes

    def _authorize(self, asked: dict[str, Any]) -> tuple[int, Any]:
        assert self.auth is not None and asked["credentialID"] == CREDENTIAL
        needed = {"credentialID", "numSignatures", "hashes", "hashAlgorithmOID"}
        assert asked.keys() == needed | ({"authData"} if self.auth["mode"] == "explicit" else set())
        assert asked["numSignatures"] == len(asked["hashes"]) <= max(1, self.multisign)
        assert asked["hashAlgorithmOID"] == SHA_256
        if self.auth["mode"] == "explicit" and asked["authData"] != [{"id": "PIN", "value": PIN}]:
            return 400, {"error": "invalid_pin", "error_description": str(asked["authData"])}
        sad = secrets.token_urlsafe(16)
        self.activated[sad] = (asked["hashes"], asked["numSignatures"])
        return 200, {"SAD": sad, "expiresIn": 60}

    def _sign(self, asked: dict[str, Any]) -> tuple[int, Any]:
        assert asked["credentialID"] == CREDENTIAL and asked["operationMode"] == "S"
        assert asked["signAlgo"] in self.algorithms
        says_its_hash = asked["signAlgo"] in ("1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11")
        # "shall be omitted" where the algorithm says it already, and else is needed.
        assert says_its_hash or asked["hashAlgorithmOID"] == SHA_256
        assert not (says_its_hash and "hashAlgorithmOID" in asked)
        if self.auth is None:
            assert "SAD" not in asked
        elif self.activated.pop(asked["SAD"], None) != (asked["hashes"], len(asked["hashes"])):
            return 400, {"error": "invalid_request", "error_description": "Invalid parameter SAD"}
        return 200, {
            "signatures": [
                b64encode(self.signature(b64decode(each), asked)).decode() for each in asked["hashes"]
            ]
        }

    def signature(self, digest: bytes, asked: dict[str, Any]) -> bytes:
        """The signature of a hash."""
        if isinstance(self.key, EllipticCurvePrivateKey):
            return self.key.sign(digest, ECDSA(Prehashed(SHA256())))
        padding: Any = PKCS1v15()
        if asked["signAlgo"] == "1.2.840.113549.1.1.10":
            assert asked["signAlgoParams"]
            padding = PSS(MGF1(SHA256()), 32)
        signed: bytes = self.key.sign(digest, padding, Prehashed(SHA256()))
        return signed


def _response(url: str, status: int, found: Any) -> HttpResponse:
    return HttpResponse(status=status, headers={}, body=json.dumps(found).encode(), url=url)
