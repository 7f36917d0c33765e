"""From the verification method that a proof names to a public key and its controller.

A verification method is an address: did:key and did:jwk spell the key itself; did:web and https lead to a document (a
controlled identifier document, one Multikey, one JWK or a set of them). A document may say what its keys are, never
that they are somebody else's: a key belongs to an issuer only if the issuer's own document lists it.

Sources: W3C Controlled Identifiers v1.0, "Retrieve Verification Method"; did:key v0.7, did:jwk and did:web method
specifications; Open Badges 3.0, "Key Management"; 1EdTech implementation guide, "Key provenance".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from signing.controlled_identifier import (
    as_list,
    assertion_methods,
    end_of,
    key_of_set,
    method_at,
    names_of,
    public_key,
)
from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.json_text import Json, as_text, read_object
from signing.keys import PublicKey, VerificationMethod, from_jwk, from_multikey, multikey, same_key
from signing.multibase import base64url, from_base64url

#: The bytes that an https address answers with; whatever it raises means that no key was found.
Fetch = Callable[[str], bytes]

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@-]+")
_LOOPBACK = re.compile(r"(localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])")


def did_key(public: PublicKey) -> str:
    """The did:key of a public key; raises UnusableKeyError for RSA."""
    return f"did:key:{multikey(public)}"


def did_jwk(key: Json) -> str:
    """The did:jwk of a JWK, such as the one in the header of a token."""
    return f"did:jwk:{base64url(as_text(key).encode())}"


def did_web(address: str) -> str:
    """The did:web whose document is served as `did.json` below that https address, which has a path.

    Source: did:web Method Specification: slashes of the path become colons, the colon of a port is %3A.
    """
    parts = urlsplit(address)
    segments = [segment for segment in parts.path.split("/") if segment]
    return ":".join(("did:web", parts.netloc.replace(":", "%3A"), *segments))


def did_web_url(did: str) -> str:
    """The https address of the document of a did:web; raises ValueError."""
    if not did.startswith("did:web:"):
        raise ValueError("not a did:web")
    host, *path = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    if not _HOST.fullmatch(host) or not all(_SEGMENT.fullmatch(part) and part.strip(".") for part in path):
        raise ValueError("the did:web names no host, or a strange path")
    return f"https://{host}/{'/'.join(path or ['.well-known'])}/did.json"


def find_key(verification_method: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    """The key under a verification method, or under a `kid` that is no address; raises KeyNotFoundError.

    A bare JWK, a bare Multikey and a did:jwk cannot say whose they are. Their controller is the issuer if the issuer's
    own document lists the same key, or else the address itself, which is no issuer's id.
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
            return _key_named_by_issuer(issuer_id, name, fetch)
    except (UnusableKeyError, ValueError, RecursionError) as error:
        raise KeyNotFoundError(f"no usable key under {verification_method[:200]!r}: {error}") from error
    raise KeyNotFoundError(f"no way is known to find {verification_method[:200]!r}")


def key_of_did(did: str) -> PublicKey:
    """The key that a did:key or did:jwk spells, whole and without a fragment. Raises KeyNotFoundError for any other."""
    try:
        if did.startswith("did:key:") and "#" not in did:
            return _from_did_key(did).public
        if did.startswith("did:jwk:") and "#" not in did:
            return _jwk_of_did(did)
    except (UnusableKeyError, ValueError, RecursionError) as error:
        raise KeyNotFoundError("the DID spells no key that can be used") from error
    raise KeyNotFoundError("the DID spells no key")


def key_in_proof(verification_method: str, issuer_id: str) -> VerificationMethod:
    """The key that is spelled in an address (`https://issuer#z6Mk…`, did:key, did:jwk), taken for that issuer's.

    The 1EdTech validator does this. It proves nothing: anybody can write such an address. Use it to compare verdicts
    with that validator, never to trust a badge. Raises KeyNotFoundError.
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
    return (_as_listed_by_issuer(issuer_id, alone, fetch) if did != issuer_id else None) or alone


def _jwk_of_did(did: str) -> PublicKey:
    try:
        return from_jwk(read_object(from_base64url(did.removeprefix("did:jwk:")).decode()))
    except ProofError as error:
        raise ValueError("the did:jwk spells no JWK") from error


def _from_did_web(address: str, fetch: Fetch) -> VerificationMethod:
    did, _, _ = address.partition("#")
    return method_at(_document(did_web_url(did), fetch), did, address)


def _from_web(address: str, issuer_id: str, fetch: Fetch) -> VerificationMethod:
    base, _, fragment = address.partition("#")
    document = _document(base, fetch)
    if "verificationMethod" in document or "assertionMethod" in document:
        return method_at(document, base, address)
    if "keys" in document:
        document = key_of_set(document, (fragment, address) if fragment else ())
    elif document.get("id", address) != address:
        raise ValueError("the document calls itself something else")
    public = from_jwk(document) if "kty" in document else public_key(document)
    alone = VerificationMethod(id=address, controller=address, public=public, ends=end_of(document))
    return _as_listed_by_issuer(issuer_id, alone, fetch) or alone


def _key_named_by_issuer(issuer_id: str, name: str, fetch: Fetch) -> VerificationMethod:
    """The key that has this name in the issuer's own document: for a `kid` that is not an address."""
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        return find_key(f"{issuer_id}#{name}", issuer_id, fetch)
    for method, asserts in _methods_of_issuer(issuer_id, fetch):
        if name in names_of(method):
            return VerificationMethod(
                id=f"{issuer_id}#{name}",
                controller=issuer_id,
                public=public_key(method),
                ends=end_of(method),
                asserts=asserts,
            )
    raise ValueError("the issuer names no key like this")


def _methods_of_issuer(issuer_id: str, fetch: Fetch) -> Iterator[tuple[Json, bool]]:
    """The assertion methods of a did:web issuer; of an https issuer those of its host's key set, then of its id."""
    if not issuer_id.startswith("did:web:"):
        if not _is_web_address(issuer_id):
            raise ValueError("the issuer's id is no address either")
        with suppress(KeyNotFoundError):
            for key in as_list(_document(_key_set_url(issuer_id), fetch).get("keys")):
                if _is_key_of(key, issuer_id):
                    yield {"publicKeyJwk": key}, True
    document = _document(did_web_url(issuer_id) if issuer_id.startswith("did:") else issuer_id, fetch)
    if document.get("id") == issuer_id:
        yield from assertion_methods(document, issuer_id)


def _as_listed_by_issuer(
    issuer_id: str, alone: VerificationMethod, fetch: Fetch
) -> VerificationMethod | None:
    """The key as a document of the issuer lists it; None where none does.

    `alone` is the key as it was found, without the issuer. The issuer's document is its DID document, or the key set of
    its host, or what its id answers with; raises KeyNotFoundError where none of them answers.
    """
    if issuer_id.startswith(("did:key:", "did:jwk:")):
        spelled = (
            _from_did_key(issuer_id).public if issuer_id.startswith("did:key:") else _jwk_of_did(issuer_id)
        )
        return replace(alone, controller=issuer_id) if same_key(spelled, alone.public) else None
    if issuer_id.startswith("did:web:"):
        return _listed_in_document(did_web_url(issuer_id), issuer_id, alone, fetch)
    return _listed_by_host(issuer_id, alone, fetch) if _is_web_address(issuer_id) else None


def _listed_in_document(
    url: str, issuer_id: str, alone: VerificationMethod, fetch: Fetch
) -> VerificationMethod | None:
    document = _document(url, fetch)
    if document.get("id") != issuer_id:
        return None
    for method, asserts in assertion_methods(document, issuer_id):
        if _holds(method, alone.public):
            ends = min((end for end in (alone.ends, end_of(method)) if end), default=None)
            return replace(alone, controller=issuer_id, ends=ends, asserts=asserts)
    return None


def _listed_by_host(issuer_id: str, alone: VerificationMethod, fetch: Fetch) -> VerificationMethod | None:
    try:
        key_set = _document(_key_set_url(issuer_id), fetch)
    except KeyNotFoundError:
        return _listed_in_document(issuer_id, issuer_id, alone, fetch)
    keys = as_list(key_set.get("keys"))
    if any(_holds({"publicKeyJwk": key}, alone.public) for key in keys if _is_key_of(key, issuer_id)):
        return replace(alone, controller=issuer_id)
    try:
        return _listed_in_document(issuer_id, issuer_id, alone, fetch)
    except KeyNotFoundError:
        return None  # The key set did answer, and does not list the key.


def _key_set_url(issuer_id: str) -> str:
    address = urlsplit(issuer_id)
    return f"{address.scheme}://{address.netloc}/.well-known/jwks.json"


def _is_key_of(key: Any, issuer_id: str) -> bool:
    """Whether the key of a host's set is that of the issuer: with several issuers, `iss` says whose it is."""
    return isinstance(key, dict) and key.get("iss", issuer_id) == issuer_id


def _holds(method: Json, public: PublicKey) -> bool:
    try:
        return same_key(public_key(method), public)
    except UnusableKeyError:
        return False  # A key of a kind that is not used here, beside the one that is looked for.


def _document(url: str, fetch: Fetch) -> Json:
    """The JSON object that the address answers with; raises KeyNotFoundError."""
    try:
        content = fetch(url)
    except Exception as error:
        # `fetch` is the caller's and raises its own errors. None of them may end a verification.
        raise KeyNotFoundError(f"{url[:200]} did not answer") from error
    try:
        return read_object(content.decode())
    except (ProofError, ValueError) as error:
        raise KeyNotFoundError(f"{url[:200]} did not answer with a JSON object") from error


def _is_web_address(text: str) -> bool:
    """Whether it is an https address, or an http address of the local machine, for development."""
    address = urlsplit(text)
    if address.scheme == "http":
        return _LOOPBACK.fullmatch(address.netloc.rpartition(":")[0] or address.netloc) is not None
    return address.scheme == "https" and bool(address.hostname)
