"""Whose key is it? From the address that a proof names to a public key and its controller.

Addresses of these kinds: did:key and did:jwk, which spell the key; did:web; a document on the web (a controlled
identifier document, one Multikey, one JWK or a set of them). Whoever serves a document says what its keys are, never
that they are somebody else's: a key belongs to an issuer only when the issuer's own document lists it.

Sources: W3C Controlled Identifiers v1.0, "Retrieve Verification Method"; did:key v0.7, did:jwk and did:web method
specifications; Open Badges 3.0, "Key Management"; 1EdTech implementation guide, "Key provenance".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.json_text import Json, as_text, read_object
from signing.keys import PublicKey, VerificationMethod, from_jwk, from_multikey, jwk, multikey, same_key
from signing.multibase import base64url, from_base64url
from signing.timestamps import as_timestamp, from_timestamp

#: Gives the bytes behind an https address; whatever it raises means that there is no key to be had.
Fetch = Callable[[str], bytes]

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")
_LOOPBACK = re.compile(r"(localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])")


def did_key(public: PublicKey) -> str:
    return f"did:key:{multikey(public)}"


def did_jwk(key: Json) -> str:
    """The address that spells a JWK, such as one that a token brings along."""
    return f"did:jwk:{base64url(as_text(key).encode())}"


def did_document(issuer_id: str, methods: Sequence[VerificationMethod], origin: str | None = None) -> Json:
    """What a did:web issuer publishes: keys of Ed25519 and those named by their Multikey as such, others as JsonWebKey.

    `assertionMethod` holds texts, because the 1EdTech validator finds a key in no other way. A key that was taken back
    is not among them: many readers do not look for `revoked`. On `origin`, if given, the issuer answers for its badges.
    """
    links = (
        [{"id": f"{issuer_id}#origin", "type": "LinkedDomains", "serviceEndpoint": origin}] if origin else []
    )
    document: Json = {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
            *(["https://identity.foundation/.well-known/did-configuration/v1"] if links else []),
        ],
        "id": issuer_id,
        "verificationMethod": [_published(method) for method in methods],
        "assertionMethod": [method.id for method in methods if method.ends is None],
    }
    return document | ({"service": links} if links else {})


def revoked_method(method: VerificationMethod) -> Json:
    """What is published at the address of a bare JWK once its key was taken back: no reader can take it for a JWK."""
    return {"@context": "https://w3id.org/security/jwk/v1"} | _published(method)


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
        if verification_method.startswith("did:jwk:"):
            return _from_did_jwk(verification_method, issuer_id, fetch)
        if verification_method.startswith("did:web:"):
            return _from_did_web(verification_method, fetch)
        if _is_web_address(verification_method):
            return _from_web(verification_method, issuer_id, fetch)
        name = verification_method.removeprefix("#")
        if name and ":" not in name:
            return _named_by(issuer_id, name, fetch)
    except (UnusableKeyError, ValueError, RecursionError) as error:
        raise KeyNotFoundError(f"no usable key under {verification_method[:200]!r}: {error}") from error
    raise KeyNotFoundError(f"no way is known to find {verification_method[:200]!r}")


def key_in_proof(verification_method: str, issuer_id: str) -> VerificationMethod:
    """The key that an address spells (`https://issuer#z6Mk…`, did:key, did:jwk), as if whoever wrote it told the truth.

    So reads the 1EdTech validator, and so anybody can pass for any issuer: for a comparison with it, never for trust.
    Raises KeyNotFoundError.
    """
    base, _, fragment = verification_method.partition("#")
    try:
        if base.startswith("did:jwk:"):
            public = _jwk_of_did(base)
            return VerificationMethod(id=verification_method, controller=issuer_id, public=public)
        public = from_multikey(fragment or base.removeprefix("did:key:"))
    except (UnusableKeyError, ProofError, ValueError) as error:
        raise KeyNotFoundError(f"no key is spelled in {verification_method[:200]!r}") from error
    return VerificationMethod(id=verification_method, controller=base, public=public)


def _from_did_key(address: str) -> VerificationMethod:
    did, _, fragment = address.partition("#")
    name = did.removeprefix("did:key:")
    if fragment not in ("", name):
        raise ValueError("the fragment names another key")
    return VerificationMethod(id=f"{did}#{name}", controller=did, public=from_multikey(name))


def _from_did_jwk(address: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    did, _, fragment = address.partition("#")
    if fragment not in ("", "0"):
        raise ValueError("a did:jwk has one key, #0")
    alone = VerificationMethod(id=f"{did}#0", controller=did, public=_jwk_of_did(did))
    return (_listed_by(issuer_id, alone, fetch) if did != issuer_id else None) or alone


def _jwk_of_did(did: str) -> PublicKey:
    try:
        return from_jwk(read_object(from_base64url(did.removeprefix("did:jwk:")).decode()))
    except ProofError as error:
        raise ValueError("the did:jwk spells no JWK") from error


def _from_did_web(address: str, fetch: Fetch) -> VerificationMethod:
    did, _, _ = address.partition("#")
    return _listed(_document(did_web_url(did), fetch), did, address)


def _from_web(address: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    base, _, fragment = address.partition("#")
    document = _document(base, fetch)
    if "verificationMethod" in document or "assertionMethod" in document:
        return _listed(document, base, address)
    if "keys" in document:
        document = _key_of_set(document, (fragment, address) if fragment else ())
    elif document.get("id", address) != address:
        raise ValueError("the document calls itself something else")
    public = from_jwk(document) if "kty" in document else _public(document)
    alone = VerificationMethod(id=address, controller=address, public=public, ends=_end(document))
    return _listed_by(issuer_id, alone, fetch) or alone


def _named_by(issuer_id: str, name: str, fetch: Fetch) -> VerificationMethod:
    """The key that the issuer's own document gives this name: a `kid` that is no address says no more."""
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        return find_key(f"{issuer_id}#{name}", issuer_id, fetch)
    for method, asserts in _methods_of(issuer_id, fetch):
        if name in _names(method):
            return VerificationMethod(
                id=f"{issuer_id}#{name}",
                controller=issuer_id,
                public=_public(method),
                ends=_end(method),
                asserts=asserts,
            )
    raise ValueError("the issuer names no key like this")


def _methods_of(issuer_id: str, fetch: Fetch) -> Iterator[tuple[Json, bool]]:
    """What the issuer's DID document says, or the key set of its host and then what its id answers."""
    if not issuer_id.startswith("did:web:"):
        if not _is_web_address(issuer_id):
            raise ValueError("the issuer's id is no address either")
        with suppress(KeyNotFoundError):
            for key in _as_list(_document(_key_set_url(issuer_id), fetch).get("keys")):
                if _is_key_of(key, issuer_id):
                    yield {"publicKeyJwk": key}, True
    document = _document(did_web_url(issuer_id) if issuer_id.startswith("did:") else issuer_id, fetch)
    if document.get("id") == issuer_id:
        yield from _methods(document, issuer_id)


def _names(method: Json) -> tuple[Any, ...]:
    """How a `kid` may call a method: by the end of its address, or by the `kid` of its JWK."""
    key = method.get("publicKeyJwk")
    fragment = str(method.get("id", "")).rpartition("#")[2]
    return (fragment, key.get("kid")) if isinstance(key, dict) else (fragment,)


def _key_of_set(document: Json, names: Sequence[str]) -> Json:
    """The JWK of a set that has one of these names; without names, the only one there is."""
    keys = [key for key in _as_list(document.get("keys")) if isinstance(key, dict)]
    named = [key for key in keys if key.get("kid") in names] if names else keys
    if len(named) != 1:
        raise ValueError("the set does not say which of its keys is meant")
    return named[0]


def _listed(document: Json, controller: str, address: str) -> VerificationMethod:
    """The method of that address among those with which the controller asserts, or did until it took them back."""
    if document.get("id") != controller:
        raise ValueError("the document is another one's")
    for method, asserts in _methods(document, controller):
        if _absolute(method["id"], controller) == address:
            return VerificationMethod(
                id=address, controller=controller, public=_public(method), ends=_end(method), asserts=asserts
            )
    raise ValueError("its document does not list it for assertions")


def _methods(document: Json, controller: str) -> Iterator[tuple[Json, bool]]:
    """The methods that `assertionMethod` names or holds, then those `revoked`; none that is given to another one."""
    stated: dict[str, Json] = {}
    for entry in _as_list(document.get("verificationMethod")):
        if _is_method(entry):
            stated.setdefault(_absolute(entry["id"], controller), entry)
    for entry in _as_list(document.get("assertionMethod")):
        method: Any = stated.pop(_absolute(entry, controller), None) if isinstance(entry, str) else entry
        if _is_method(method) and method.get("controller", controller) == controller:
            yield method, True
    for method in stated.values():
        if "revoked" in method and method.get("controller", controller) == controller:
            yield method, False


def _listed_by(issuer_id: str, alone: VerificationMethod, fetch: Fetch) -> VerificationMethod | None:
    """The same key as the issuer's own document lists it.

    That is its DID document, the key set of its host, or what its id answers; raises KeyNotFoundError while none does.
    """
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        spelled = (
            _from_did_key(issuer_id).public if issuer_id.startswith("did:key:") else _jwk_of_did(issuer_id)
        )
        return replace(alone, controller=issuer_id) if same_key(spelled, alone.public) else None
    if issuer_id.startswith("did:web:"):
        return _document_lists(did_web_url(issuer_id), issuer_id, alone, fetch)
    return _host_lists(issuer_id, alone, fetch) if _is_web_address(issuer_id) else None


def _document_lists(
    url: str, issuer_id: str, alone: VerificationMethod, fetch: Fetch
) -> VerificationMethod | None:
    document = _document(url, fetch)
    if document.get("id") != issuer_id:
        return None
    for method, asserts in _methods(document, issuer_id):
        if _holds(method, alone.public):
            ends = min((end for end in (alone.ends, _end(method)) if end), default=None)
            return replace(alone, controller=issuer_id, ends=ends, asserts=asserts)
    return None


def _host_lists(issuer_id: str, alone: VerificationMethod, fetch: Fetch) -> VerificationMethod | None:
    try:
        key_set = _document(_key_set_url(issuer_id), fetch)
    except KeyNotFoundError:
        return _document_lists(issuer_id, issuer_id, alone, fetch)
    keys = _as_list(key_set.get("keys"))
    if any(_holds({"publicKeyJwk": key}, alone.public) for key in keys if _is_key_of(key, issuer_id)):
        return replace(alone, controller=issuer_id)
    try:
        return _document_lists(issuer_id, issuer_id, alone, fetch)
    except KeyNotFoundError:
        return None  # The one that answered knows nothing of the key.


def _key_set_url(issuer_id: str) -> str:
    address = urlsplit(issuer_id)
    return f"{address.scheme}://{address.netloc}/.well-known/jwks.json"


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


def _end(method: Json) -> datetime | None:
    """When the key ends: `revoked` or `expires`, whichever comes first; raises ValueError for what is no moment."""
    moments = [from_timestamp(method[name]) for name in ("revoked", "expires") if name in method]
    return min(moments, default=None)


def _published(method: VerificationMethod) -> Json:
    entry: Json = {"id": method.id, "controller": method.controller}
    if method.ends is not None:
        entry["revoked"] = as_timestamp(method.ends)
    kid = method.id.rpartition("#")[2]
    if isinstance(method.public, Ed25519PublicKey) or kid.startswith("z"):
        return entry | {"type": "Multikey", "publicKeyMultibase": multikey(method.public)}
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
