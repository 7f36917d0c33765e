"""JAdES baseline B-B: a JSON document inside the JWS that seals it, in the form that Europass writes and reads.

That is the general JSON serialization of RFC 7515 with one signature and the document as it is (`b64` is false, RFC
7797), not encoded: what is signed is `<protected header>.<document>`. The header names the certificate by `x5t#S256`
and brings the chain along. Level B says when the document was sealed only in the words of whoever sealed it; a time
stamp (level T and above) is not made here.

ETSI TS 119 182-1 says since version 1.2.1 that `iat` takes the place of `sigT`. Europass goes on writing `sigT`, and
the readers that it has know nothing else, so both are made and read.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import ProofError, SealError
from signing.json_text import Json, as_plain_text, read_object
from signing.multibase import base64url, from_base64url
from signing.seals.algorithms import verify
from signing.seals.certificates import MAX_CHAIN, SealCertificate, from_der, seal_certificate
from signing.seals.seal_keys import SealKey, signatures_of

#: The header member that says when the document was sealed.
SigningTime = Literal["sigT", "iat"]

#: Europass takes files of 15 MB, and a document in a JWS has its quotes escaped once more.
MAX_CHARACTERS = 30_000_000
_FORM = "%Y-%m-%dT%H:%M:%SZ"
#: What may stand in `crit`, because it is understood here.
_UNDERSTOOD = frozenset({"b64", "sigT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSeal:
    """A document whose seal holds. `sealed_at` is what its sealer says.

    Nobody has asked yet whether the certificate is trusted, or was taken back.
    """

    document: str = field(repr=False)
    certificate: SealCertificate
    sealed_at: datetime


def seal_all(
    documents: Sequence[str], key: SealKey, now: datetime, signing_time: SigningTime = "sigT"
) -> Sequence[str]:
    """Each JSON document with its seal around it, in the same order.

    Each signature is verified before it is given out. Raises SealError `expired`, `not_yet_valid`, `wrong_signature`,
    and what `key.sign_all` raises.
    """
    certificate = key.certificate
    certificate.check_valid(now)
    header = as_plain_text(_header(certificate, now, signing_time))
    protected = base64url(header.encode())
    signed = [_signed(protected, document) for document in documents]
    signatures = signatures_of(key, signed)
    return [_sealed(document, protected, each) for document, each in zip(documents, signatures, strict=True)]


def verify_seal(text: str) -> VerifiedSeal:
    """The document, if its seal holds. Raises SealError: `malformed`, `critical`, `wrong_signature`, or of its
    certificate what `seal_certificate` and `SealCertificate.check_valid` raise.
    """
    protected, document, signature = _parts(text)
    header = _object(_decoded(protected))
    critical = header.get("crit", [])
    if not isinstance(critical, list) or not all(isinstance(each, str) for each in critical):
        raise SealError("malformed", "crit is no list of names")
    if unknown := set(critical) - _UNDERSTOOD or {each for each in critical if each not in header}:
        raise SealError("critical", f"it must be understood, and is not: {', '.join(sorted(unknown))[:200]}")
    if header.get("b64") is not False or "b64" not in critical:
        raise SealError("malformed", "the document is not inside as it is (b64)")
    certificate = _certificate(header)
    sealed_at = _sealed_at(header, critical)
    if header.get("alg") != certificate.algorithm:
        raise SealError("malformed", "the algorithm is not that of the certificate's key")
    certificate.check_valid(sealed_at)
    try:
        verify(certificate.public, certificate.algorithm, signature, _signed(protected, document))
    except InvalidSignature as error:
        raise SealError("wrong_signature", "the document is not what was sealed") from error
    return VerifiedSeal(document=document, certificate=certificate, sealed_at=sealed_at)


# --- making


def _header(certificate: SealCertificate, now: datetime, signing_time: SigningTime) -> Json:
    moment = now.astimezone(UTC)
    header: Json = {
        "alg": certificate.algorithm,
        "typ": "jose+json",
        # RFC 7515, 4.1.10: `application/` is left out.
        "cty": "ld+json",
        "x5t#S256": base64url(certificate.thumbprint),
        "x5c": [b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificate.chain],
        "b64": False,
    }
    if signing_time == "iat":
        return header | {"iat": int(moment.timestamp()), "crit": ["b64"]}
    return header | {"sigT": moment.strftime(_FORM), "crit": ["b64", "sigT"]}


def _signed(protected: str, document: str) -> bytes:
    return f"{protected}.{document}".encode()


def _sealed(document: str, protected: str, signature: bytes) -> str:
    one = {"protected": protected, "signature": base64url(signature)}
    return as_plain_text({"payload": document, "signatures": [one]})


# --- reading


def _parts(text: str) -> tuple[str, str, bytes]:
    """Protected header, document and signature, of a JWS in either JSON serialization. Raises SealError."""
    outer = _object(text)
    signatures = outer.get("signatures", [outer])
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise SealError("malformed", "it has not one seal")
    match (outer.get("payload"), signatures[0].get("protected"), signatures[0].get("signature")):
        case (str(document), str(protected), str(signature)):
            return protected, document, _bytes(signature)
    raise SealError("malformed", "payload, protected header or signature is missing")


def _certificate(header: Json) -> SealCertificate:
    """The certificate that the header brings along, as its thumbprint names it. Raises SealError."""
    chain = header.get("x5c")
    if not isinstance(chain, list) or not 0 < len(chain) <= MAX_CHAIN:
        raise SealError("malformed", "there is no chain of certificates (x5c)")
    try:
        encoded = [b64decode(each, validate=True) for each in chain]
    except (ValueError, TypeError) as error:
        raise SealError("malformed", "the chain of certificates is not in base64") from error
    found = seal_certificate(from_der(encoded))
    if header.get("x5t#S256") != base64url(found.thumbprint):
        raise SealError("malformed", "x5t#S256 does not name the certificate")
    return found


def _sealed_at(header: Json, critical: Sequence[str]) -> datetime:
    try:
        match header:
            case {"sigT": _, "iat": _}:
                pass
            case {"sigT": str(moment)} if "sigT" in critical:
                return datetime.strptime(moment, _FORM).replace(tzinfo=UTC)
            case {"iat": int(moment)} if not isinstance(moment, bool):
                return datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SealError("malformed", "the moment of the seal cannot be read") from error
    raise SealError("malformed", "it does not say, once, when it was sealed (sigT or iat)")


def _decoded(text: str) -> str:
    try:
        return _bytes(text).decode()
    except UnicodeDecodeError as error:
        raise SealError("malformed", "the protected header is no text") from error


def _bytes(text: str) -> bytes:
    try:
        return from_base64url(text)
    except ValueError as error:
        raise SealError("malformed", "a part is not in base64url") from error


def _object(text: str) -> dict[str, Any]:
    try:
        return read_object(text, MAX_CHARACTERS)
    except ProofError as error:
        raise SealError("malformed", "it is not JSON that all readers agree on") from error
