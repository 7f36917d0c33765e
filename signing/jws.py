"""The compact serialization of a JWS, read so that all readers agree on it, and written.

What two readers could understand in two ways is refused: a name that stands twice, another alphabet, padding.

Source: RFC 7515.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature

from signing.binding import demand_text
from signing.did import did_jwk
from signing.errors import ProofError, UnusableKeyError
from signing.json_text import MAX_CHARACTERS, Json, as_plain_text, read_object
from signing.keys import PublicKey, SigningKey, from_jwk, same_key
from signing.multibase import base64url, from_base64url
from signing.signatures import length_of, sign, verify

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
#: An RSA key in the header takes 1,500 characters.
_MAX_HEADER = 20_000
#: Header members that would change which bytes or which key the signature is about. All others that we do not know
#: are ignored, as RFC 7515 demands.
REFUSED_MEMBERS = frozenset({"crit", "b64", "jku", "x5u", "x5c", "enc", "zip"})


def signed_compact(header: Json, payload: str, key: SigningKey) -> str:
    """The compact JWS of a text, under this header."""
    signed = f"{base64url(as_plain_text(header).encode())}.{base64url(payload.encode())}"
    return f"{signed}.{base64url(sign(key.private, signed.encode()))}"


def check_signature(text: str, public: PublicKey) -> None:
    """Raises ProofError `bad_signature` where the compact JWS is not signed with the key, else `malformed`."""
    head, body, signature = parts_of(text)
    try:
        verify(public, signature_of(signature, public), f"{head}.{body}".encode())
    except InvalidSignature as error:
        raise ProofError("bad_signature", "the JWS is not what was signed, or not with this key") from error


def is_compact(text: str) -> bool:
    """Whether the text looks like a compact JWS."""
    return _COMPACT.fullmatch(text.strip()) is not None


def parts_of(text: str) -> tuple[str, str, str]:
    """Header, payload and signature of a compact JWS, still encoded; raises ProofError `unreadable`."""
    parts = text.split(".", 3) if len(text) <= MAX_CHARACTERS else []
    if len(parts) != 3:
        raise ProofError("unreadable", "not a compact JWS")
    return parts[0], parts[1], parts[2]


def signature_of(part: str, public: PublicKey) -> bytes:
    """The decoded signature; raises ProofError `malformed` where it has not the length of those of the key.

    A signature that was cut off says nothing about the credential, so it must not be taken for one that does not match.
    """
    try:
        signature = from_base64url(part)
    except ValueError as error:
        raise ProofError("malformed", "the signature of the JWS is not base64url") from error
    if len(signature) != length_of(public):
        raise ProofError("malformed", "the signature of the JWS is not complete")
    return signature


def algorithm_of(text: str) -> object:
    """The `alg` in the header of a compact JWS; None where there is no header."""
    try:
        return header_of(text[: text.find(".")]).get("alg")
    except ProofError:
        return None


@lru_cache(maxsize=64)
def header_of(head: str) -> Json:
    """The decoded header; raises ProofError `unreadable`.

    Cached, since all tokens of one key share it: nobody may change the dictionary that is returned.
    """
    if len(head) > _MAX_HEADER:
        raise ProofError("unreadable", "the header of the JWS is too long")
    return object_of(head)


def object_of(part: str) -> Json:
    """The JSON object of a part; raises ProofError `unreadable`."""
    try:
        text = from_base64url(part).decode()
    except ValueError as error:
        raise ProofError("unreadable", "a part of the JWS is not base64url of a text") from error
    return read_object(text)


def type_of(header: Json) -> str:
    """The media type that the header gives (`typ`), in lower case and without `application/`; "" where it gives none.

    Source: RFC 7515, 4.1.9.
    """
    named = header.get("typ")
    return named.lower().removeprefix("application/") if isinstance(named, str) else ""


def verification_method_of(header: Json) -> str:
    """The `kid`, or the did:jwk of the key in the header; raises ProofError `no_key_named` or `malformed`."""
    if header.get("kid") is None and header.get("jwk") is None:
        raise ProofError("no_key_named", "the header of the JWS names no key")
    if header.get("jwk") is not None:
        try:
            from_jwk(header["jwk"])
        except UnusableKeyError as error:
            raise ProofError("malformed", f"the `jwk` of the header cannot be used: {error}") from error
        if header.get("kid") is None:
            return did_jwk(header["jwk"])
    return demand_text(header.get("kid"), "kid")


def names_another_key(header: Json, public: PublicKey) -> bool:
    """Whether a header that has both a `kid` and a `jwk` means another key by the second."""
    if header.get("kid") is None or header.get("jwk") is None:
        return False
    return not same_key(from_jwk(header["jwk"]), public)
