"""Whose key is it? From the address that a proof names to a public key and its controller.

Four kinds of address: did:key, did:web, a document on the web (controlled identifier document, or one Multikey), and a
bare JWK. Whoever serves a document says what its keys are, never that they are somebody else's: a key belongs to an
issuer only when the issuer's own document lists it.

Sources: W3C Controlled Identifiers v1.0, "Retrieve Verification Method"; did:key v0.7 and did:web method
specifications; Open Badges 3.0, "Key Management"; 1EdTech implementation guide, "Key provenance".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.jsontext import read_object
from signing.keys import PublicKey, VerificationMethod, from_jwk, from_multikey, jwk, multikey, same_key
from signing.secured import Json

#: Gives the bytes behind an https address; whatever it raises means that there is no key to be had.
Fetch = Callable[[str], bytes]

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")
_LOOPBACK = re.compile(r"(localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])")


def did_key(public: PublicKey) -> str:
    return f"did:key:{multikey(public)}"


def did_document(issuer_id: str, methods: Sequence[VerificationMethod]) -> Json:
    """What a did:web issuer publishes: Ed25519 keys as Multikey, P-256 keys as JsonWebKey, each free to assert.

    `assertionMethod` holds texts, because the 1EdTech validator finds a key in no other way.
    """
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": issuer_id,
        "verificationMethod": [_published(method) for method in methods],
        "assertionMethod": [method.id for method in methods],
    }


def did_web_url(did: str) -> str:
    """The https address of the document of a did:web; raises ValueError."""
    if not did.startswith("did:web:"):
        raise ValueError("not a did:web")
    host, *path = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    if not _HOST.fullmatch(host) or not all(_SEGMENT.fullmatch(part) and part.strip(".") for part in path):
        raise ValueError("the did:web names no host, or a strange path")
    return f"https://{host}/{'/'.join(path or ['.well-known'])}/did.json"


def find_key(verification_method: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    """The key under a verification method, or a `kid`; raises KeyNotFoundError.

    A bare JWK and a bare Multikey cannot say whose they are: their controller is the issuer when the issuer's own
    document lists the same key, else the address itself, which is nobody's id.
    """
    try:
        if verification_method.startswith("did:key:"):
            return _from_did_key(verification_method)
        if verification_method.startswith("did:web:"):
            return _from_did_web(verification_method, fetch)
        if _is_web_address(verification_method):
            return _from_web(verification_method, issuer_id, fetch)
    except (UnusableKeyError, ValueError, RecursionError) as error:
        raise KeyNotFoundError(f"no usable key under {verification_method[:200]!r}: {error}") from error
    raise KeyNotFoundError(f"no way is known to find {verification_method[:200]!r}")


def _from_did_key(address: str) -> VerificationMethod:
    did, _, fragment = address.partition("#")
    name = did.removeprefix("did:key:")
    if fragment not in ("", name):
        raise ValueError("the fragment names another key")
    return VerificationMethod(id=f"{did}#{name}", controller=did, public=from_multikey(name))


def _from_did_web(address: str, fetch: Fetch) -> VerificationMethod:
    did, _, _ = address.partition("#")
    return _listed(_document(did_web_url(did), fetch), did, address)


def _from_web(address: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    base, _, _ = address.partition("#")
    document = _document(base, fetch)
    if "verificationMethod" in document:
        return _listed(document, base, address)
    if document.get("id", address) != address:
        raise ValueError("the document calls itself something else")
    public = from_jwk(document) if "kty" in document else _public(document)
    controller = issuer_id if _is_listed_by(issuer_id, public, fetch) else address
    return VerificationMethod(id=address, controller=controller, public=public)


def _listed(document: Json, controller: str, address: str) -> VerificationMethod:
    """The method of that address among those with which the controller may assert."""
    if document.get("id") != controller:
        raise ValueError("the document is another one's")
    for method in _assertion_methods(document, controller):
        if _absolute(method["id"], controller) == address:
            return VerificationMethod(id=address, controller=controller, public=_public(method))
    raise ValueError("its document does not list it for assertions")


def _assertion_methods(document: Json, controller: str) -> Iterator[Json]:
    """The methods that `assertionMethod` names or holds, and that the controller does not give to another one."""
    stated = [entry for entry in _as_list(document.get("verificationMethod")) if _is_method(entry)]
    for entry in _as_list(document.get("assertionMethod")):
        named = [entry] if _is_method(entry) else []
        if isinstance(entry, str):
            name = _absolute(entry, controller)
            named = [method for method in stated if _absolute(method["id"], controller) == name]
        yield from (method for method in named if method.get("controller", controller) == controller)


def _is_listed_by(issuer_id: str, public: PublicKey, fetch: Fetch) -> bool:
    """Whether the issuer's own document lists the key: its DID document, or the key set of its host."""
    if issuer_id.startswith("did:web:"):
        document = _document(did_web_url(issuer_id), fetch)
        if document.get("id") != issuer_id:
            return False
        return any(_holds(method, public) for method in _assertion_methods(document, issuer_id))
    if issuer_id.startswith("did:key:"):
        return same_key(_from_did_key(issuer_id).public, public)
    if _is_web_address(issuer_id):
        address = urlsplit(issuer_id)
        keys = _as_list(
            _document(f"{address.scheme}://{address.netloc}/.well-known/jwks.json", fetch).get("keys")
        )
        return any(_holds({"publicKeyJwk": key}, public) for key in keys if _is_key_of(key, issuer_id))
    return False


def _is_key_of(key: Any, issuer_id: str) -> bool:
    """A host with several issuers says in `iss` whose a key is."""
    return isinstance(key, dict) and key.get("iss", issuer_id) == issuer_id


def _holds(method: Json, public: PublicKey) -> bool:
    try:
        return same_key(_public(method), public)
    except UnusableKeyError:
        return False  # A key of another kind, beside the one we look for.


def _public(method: Json) -> PublicKey:
    if isinstance(method.get("publicKeyMultibase"), str):
        return from_multikey(method["publicKeyMultibase"])
    if isinstance(method.get("publicKeyJwk"), dict):
        return from_jwk(method["publicKeyJwk"])
    raise UnusableKeyError("neither `publicKeyMultibase` nor `publicKeyJwk`")


def _published(method: VerificationMethod) -> Json:
    entry: Json = {"id": method.id, "controller": method.controller}
    if isinstance(method.public, Ed25519PublicKey):
        return entry | {"type": "Multikey", "publicKeyMultibase": multikey(method.public)}
    kid = method.id.rpartition("#")[2]
    return entry | {"type": "JsonWebKey", "publicKeyJwk": jwk(method.public, kid)}


def _document(url: str, fetch: Fetch) -> Json:
    try:
        content = fetch(url)
    except Exception as error:
        # The caller's own errors: a host that does not answer must not stop a verification.
        raise KeyNotFoundError(f"{url[:200]} did not answer") from error
    try:
        return read_object(content.decode())
    except (ProofError, ValueError) as error:
        raise KeyNotFoundError(f"{url[:200]} did not answer with a JSON object") from error


def _is_web_address(text: str) -> bool:
    """https; plain http only to this machine itself, for development."""
    address = urlsplit(text)
    if address.scheme == "http":
        return _LOOPBACK.fullmatch(address.netloc.rpartition(":")[0] or address.netloc) is not None
    return address.scheme == "https" and bool(address.hostname)


def _is_method(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _absolute(name: str, controller: str) -> str:
    return controller + name if name.startswith("#") else name


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
