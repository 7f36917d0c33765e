"""What a remote signer answers, read strictly: Cloud Signature Consortium API 2.0, sections 11.4, 11.5 and 11.11."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lti_tool.errors import SealingError
from lti_tool.values import Json
from signing.seals.algorithms import SealAlgorithm
from signing.seals.certificates import SealCertificate, from_der, seal_certificate

#: How a signature is authorised: not at all, by the call alone, or with a PIN.
Authorisation = Literal["none", "implicit", "pin"]

_SHA_256, _SHA_384 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2"
_HASHES: Mapping[SealAlgorithm, str] = {
    "ES256": _SHA_256,
    "ES384": _SHA_384,
    "RS256": _SHA_256,
    "PS256": _SHA_256,
}
#: The names of each algorithm, the best first: one that says its hash, and one that does not.
_NAMES: Mapping[SealAlgorithm, Sequence[str]] = {
    "ES256": ("1.2.840.10045.4.3.2", "1.2.840.10045.2.1"),
    "ES384": ("1.2.840.10045.4.3.3", "1.2.840.10045.2.1"),
    "RS256": ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"),
    "PS256": ("1.2.840.113549.1.1.10",),
}
#: RSASSA-PSS-params in DER (RFC 4055): SHA-256, MGF1 with SHA-256, 32 bytes of salt.
_PSS = "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg"
_SAYS_NO_HASH = frozenset({"1.2.840.10045.2.1", "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"})
#: A code of an error, as the API and OAuth 2 have them. Anything else that a signer says is not repeated.
_CODE = re.compile(r"[A-Za-z_]{1,40}")
#: However many hashes a signer takes at once, no more are sent.
_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key at a signer. `at_once`: how many hashes it signs by one call; `parameters`: what goes with `signature_oid`.

    `pin_id`: how the signer calls the PIN that it asks for.
    """

    certificate: SealCertificate
    signature_oid: str
    hash_oid: str
    parameters: Mapping[str, str]
    authorisation: Authorisation
    pin_id: str
    at_once: int


def as_answer(step: str, status: int, body: bytes) -> Json:
    """The object that was answered. Raises SealingError `signer_refuses`, and `signer_wrong` where it is no object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if status != 200:
        code = found.get("error") if isinstance(found, dict) else None
        said = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        raise SealingError("signer_refuses", f"{step}: the signer answered {status}{said}")
    if not isinstance(found, dict):
        raise SealingError("signer_wrong", f"{step}: the answer of the signer is no JSON object")
    return found


def texts_of(answer: Json, name: str) -> Sequence[str]:
    """The list of texts of that name. Raises SealingError `signer_wrong`."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SealingError("signer_wrong", f"the signer gives no {name}")
    return found


def read_credential(answer: Json) -> Credential:
    """The credential that `credentials/info` describes.

    Raises SealingError: `signer_wrong`, `credential_disabled`, `needs_person`; SealError where its certificate is none
    of a seal.
    """
    key, cert = _object(answer, "key"), _object(answer, "cert")
    if key.get("status") != "enabled" or cert.get("status", "valid") != "valid":
        raise SealingError("credential_disabled", "the signer says that key or certificate cannot be used")
    certificate = seal_certificate(from_der(_certificates(cert)))
    names = _NAMES[certificate.algorithm]
    signature_oid = next((each for each in names if each in texts_of(key, "algo")), None)
    if signature_oid is None:
        raise SealingError("signer_wrong", "the signer does not sign as the key of the certificate does")
    hash_oid = _HASHES[certificate.algorithm]
    parameters = {"hashAlgorithmOID": hash_oid} if signature_oid in _SAYS_NO_HASH else {}
    if certificate.algorithm == "PS256":
        parameters["signAlgoParams"] = _PSS
    authorisation, pin_id = _authorisation(answer)
    return Credential(
        certificate=certificate,
        signature_oid=signature_oid,
        hash_oid=hash_oid,
        parameters=parameters,
        authorisation=authorisation,
        pin_id=pin_id,
        at_once=_at_once(answer.get("multisign")),
    )


def _certificates(cert: Json) -> Sequence[bytes]:
    try:
        return [b64decode(each, validate=True) for each in texts_of(cert, "certificates")]
    except ValueError as error:
        raise SealingError("signer_wrong", "a certificate of the signer is not in base64") from error


def _authorisation(answer: Json) -> tuple[Authorisation, str]:
    """How a signature is authorised, and what the PIN is called. Raises SealingError `needs_person`."""
    if answer.get("auth") is None:
        return "none", ""
    auth = _object(answer, "auth")
    if auth.get("mode") == "implicit":
        return "implicit", ""
    objects = auth.get("objects")
    wanted = [each for each in objects if isinstance(each, dict)] if isinstance(objects, list) else []
    # A password that is always the same can be kept here; a code that somebody reads from a telephone cannot.
    if auth.get("mode") == "explicit" and len(wanted) == 1 and wanted[0].get("type") == "Password":
        name = wanted[0].get("id")
        if isinstance(name, str) and name:
            return "pin", name
    raise SealingError("needs_person", "the signer asks a person each time, so nothing can be sealed")


def _at_once(said: Any) -> int:
    """How many hashes one call signs: one where the signer does not say more."""
    if not isinstance(said, int) or isinstance(said, bool):
        return 1
    return max(1, min(said, _MOST_AT_ONCE))


def _object(answer: Json, name: str) -> Json:
    found = answer.get(name)
    if not isinstance(found, dict):
        raise SealingError("signer_wrong", f"credentials/info: the signer gives no {name}")
    return found
