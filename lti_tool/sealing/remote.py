"""A remote signer, which keeps the key of a seal and signs hashes: Cloud Signature Consortium API 2.0, as its client.

The calls: `info` says where tokens are given; the client's credentials give one (RFC 6749, 4.4, scope `service`);
`credentials/info` has the certificates and how a signature is authorised; `credentials/authorize` gives the signature
activation data (SAD) for these very hashes; `signatures/signHash` signs them. Nobody can be asked for a code while a
document is sealed, so a credential that wants one cannot be used.

No answer is believed: the caller verifies each signature. What is raised names the step and the code of the answer,
never what was sent.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from authlib.oauth2.rfc6749.parameters import prepare_token_request

from lti_tool.errors import OutgoingError, SealingError
from lti_tool.outgoing import Outgoing
from lti_tool.sealing.answers import Credential, as_answer, read_credential, texts_of
from lti_tool.values import Json
from signing.seals.algorithms import digest_of
from signing.seals.certificates import SealCertificate

#: A document is sealed while somebody waits for it, by up to five calls.
CALL_SECONDS = 12.0
MAX_BYTES = 500_000
#: A signer that is slow holds a thread of the web process for each who waits: as many are left for other pages.
AT_ONCE = 3
#: What the signer says of the credential is asked for again after so long.
FRESH_SECONDS = 3600
#: A token is not used in the last moments before it ends; one whose end is not said is used for a moment.
TOKEN_MARGIN_SECONDS = 30
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerAccount:
    """The tool's account at a signer: `url` is that of its API, up to /csc/v2; `pin` is "" where it needs none."""

    url: str
    credential: str
    client_id: str
    client_secret: str = field(repr=False)
    pin: str = field(default="", repr=False)


class RemoteSigner:
    """One credential at a signer, used by all threads of a process. `clock` gives seconds.

    What is cached is replaced whole, so it needs no lock; the worst that two threads can do is to ask twice.
    """

    def __init__(self, account: SignerAccount, outgoing: Outgoing, clock: Callable[[], float]) -> None:
        self.account = account
        self._outgoing = outgoing
        self._clock = clock
        self._token: tuple[float, str] | None = None
        self._found: tuple[float, Credential] | None = None
        self._places = BoundedSemaphore(AT_ONCE)

    def key(self) -> RemoteKey:
        """The key as the signer describes it. Raises SealingError, and SealError where its certificate cannot seal."""
        now = self._clock()
        if self._found is None or now >= self._found[0]:
            asked: Json = {
                "credentialID": self.account.credential,
                "certificates": "chain",
                "certInfo": False,
                "authInfo": True,
            }
            self._found = (now + FRESH_SECONDS, read_credential(self._call("credentials/info", asked)))
        return RemoteKey(signer=self, credential=self._found[1])

    def sign_hashes(self, credential: Credential, hashes: Sequence[bytes]) -> Sequence[bytes]:
        """A signature of each hash. Raises SealingError."""
        signatures: list[bytes] = []
        for start in range(0, len(hashes), credential.at_once):
            part = [b64encode(each).decode() for each in hashes[start : start + credential.at_once]]
            signatures += self._signed(credential, part)
        return signatures

    def _signed(self, credential: Credential, hashes: Sequence[str]) -> Sequence[bytes]:
        asked: Json = {"credentialID": self.account.credential, "hashes": list(hashes)}
        how: Json = {"signAlgo": credential.signature_oid, "operationMode": "S", **credential.parameters}
        sad = self._activation(credential, asked) if credential.authorisation != "none" else {}
        answer = self._call("signatures/signHash", asked | how | sad)
        signatures = texts_of(answer, "signatures")
        try:
            return [b64decode(each, validate=True) for each in signatures]
        except ValueError as error:
            raise SealingError("signer_wrong", "a signature of the signer is not in base64") from error

    def _activation(self, credential: Credential, asked: Json) -> Json:
        """What activates the key for these hashes. Raises SealingError."""
        more: Json = {"numSignatures": len(asked["hashes"]), "hashAlgorithmOID": credential.hash_oid}
        if credential.authorisation == "pin":
            if not self.account.pin:
                raise SealingError("pin_missing", "the signer asks for a PIN")
            more["authData"] = [{"id": credential.pin_id, "value": self.account.pin}]
        answer = self._call("credentials/authorize", asked | more)
        if not isinstance(answer.get("SAD"), str) or not answer["SAD"]:
            raise SealingError("signer_wrong", "credentials/authorize: the signer does not activate the key")
        return {"SAD": answer["SAD"]}

    def _call(self, step: str, asked: Json) -> Json:
        """The answer to a step. Raises SealingError, `signer_busy` where too many others wait for one."""
        if not self._places.acquire(blocking=False):
            raise SealingError("signer_busy", f"{step}: others are waiting for the signer")
        try:
            return self._answer(step, asked)
        finally:
            self._places.release()

    def _answer(self, step: str, asked: Json) -> Json:
        """The answer to a step, with the token; once more with a new one where the signer has forgotten it."""
        status, answer = self._post(step, asked, {"Authorization": f"Bearer {self._access_token()}"})
        if status == 401:
            self._token = None
            status, answer = self._post(step, asked, {"Authorization": f"Bearer {self._access_token()}"})
        return as_answer(step, status, answer)

    def _access_token(self) -> str:
        now = self._clock()
        if self._token is not None and now < self._token[0]:
            return self._token[1]
        own = {"client_id": self.account.client_id, "client_secret": self.account.client_secret}
        form = prepare_token_request("client_credentials", "", scope="service", **own)
        url = f"{self._token_server()}/oauth2/token"
        answer = as_answer("oauth2/token", *self._send("oauth2/token", url, form, _FORM, {}))
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise SealingError("signer_wrong", "oauth2/token: the signer gives no token")
        seconds = lasts if isinstance(lasts, int) and not isinstance(lasts, bool) else 0
        self._token = (now + max(0, min(seconds, FRESH_SECONDS) - TOKEN_MARGIN_SECONDS), token)
        return token

    def _token_server(self) -> str:
        """Where tokens are given: the signer's own address, unless it names another."""
        named = as_answer("info", *self._post("info", {}, {})).get("oauth2")
        return named.rstrip("/") if isinstance(named, str) and named else self.account.url

    def _post(self, step: str, asked: Json, headers: dict[str, str]) -> tuple[int, bytes]:
        return self._send(step, f"{self.account.url}/{step}", json.dumps(asked), _JSON, headers)

    def _send(
        self, step: str, url: str, body: str, media_type: str, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        sent = {"Content-Type": media_type, "Accept": _JSON} | headers
        try:
            response = self._outgoing.request(
                "POST", url, headers=sent, data=body.encode(), max_bytes=MAX_BYTES, seconds=CALL_SECONDS
            )
        except OutgoingError as error:
            raise SealingError("signer_unreachable", f"{step}: {error}") from error
        return response.status, response.body


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteKey:
    """A SealKey: the key of a credential at the signer."""

    signer: RemoteSigner = field(repr=False)
    credential: Credential

    @property
    def certificate(self) -> SealCertificate:
        return self.credential.certificate

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        """A signature of each. Raises SealingError."""
        algorithm = self.certificate.algorithm
        return self.signer.sign_hashes(self.credential, [digest_of(algorithm, each) for each in data])
