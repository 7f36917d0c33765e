"""The keys in a controlled identifier document: a DID document, or another document that lists verification methods.

All of it was written by others. A method without an id, of another controller or of an unknown kind is passed over, or
raises ValueError or UnusableKeyError where it is the one that is needed.

Sources: W3C Controlled Identifiers v1.0, "Retrieve Verification Method"; RFC 7517 for sets of JWKs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from signing.errors import UnusableKeyError
from signing.json_text import Json
from signing.keys import PublicKey, VerificationMethod, from_jwk, from_multikey
from signing.timestamps import from_timestamp


def assertion_methods(document: Json, controller: str) -> Iterator[tuple[Json, bool]]:
    """The methods with which the controller asserts, each with True; then those it has revoked, with False.

    `assertionMethod` names methods or has them in it. A revoked method is one with `revoked` that it does not name.
    """
    unnamed: dict[str, Json] = {}
    for entry in as_list(document.get("verificationMethod")):
        if _is_method(entry):
            unnamed.setdefault(_absolute(entry["id"], controller), entry)
    for entry in as_list(document.get("assertionMethod")):
        method: Any = unnamed.pop(_absolute(entry, controller), None) if isinstance(entry, str) else entry
        if _is_method(method) and method.get("controller", controller) == controller:
            yield method, True
    for method in unnamed.values():
        if "revoked" in method and method.get("controller", controller) == controller:
            yield method, False


def method_at(document: Json, controller: str, address: str) -> VerificationMethod:
    """The method of that address in the controller's document; raises ValueError or UnusableKeyError."""
    if document.get("id") != controller:
        raise ValueError("the document is another one's")
    for method, asserts in assertion_methods(document, controller):
        if _absolute(method["id"], controller) == address:
            return VerificationMethod(
                id=address,
                controller=controller,
                public=public_key(method),
                ends=end_of(method),
                asserts=asserts,
            )
    raise ValueError("its document does not list it for assertions")


def key_of_set(key_set: Json, names: Sequence[str]) -> Json:
    """The JWK of the set whose `kid` is one of these names, or without names the only one; raises ValueError."""
    keys = [key for key in as_list(key_set.get("keys")) if isinstance(key, dict)]
    named = [key for key in keys if key.get("kid") in names] if names else keys
    if len(named) != 1:
        raise ValueError("the set does not say which of its keys is meant")
    return named[0]


def names_of(method: Json) -> tuple[Any, ...]:
    """What a `kid` may call the method: the fragment of its id, or the `kid` of its JWK."""
    key = method.get("publicKeyJwk")
    fragment = str(method.get("id", "")).rpartition("#")[2]
    return (fragment, key.get("kid")) if isinstance(key, dict) else (fragment,)


def public_key(method: Json) -> PublicKey:
    """Raises UnusableKeyError."""
    if isinstance(method.get("publicKeyMultibase"), str):
        return from_multikey(method["publicKeyMultibase"])
    if isinstance(method.get("publicKeyJwk"), dict):
        return from_jwk(method["publicKeyJwk"])
    raise UnusableKeyError("neither `publicKeyMultibase` nor `publicKeyJwk`")


def end_of(method: Json) -> datetime | None:
    """When the method ends: the earlier of `revoked` and `expires`; raises ValueError where one is not a timestamp."""
    moments = [from_timestamp(method[name]) for name in ("revoked", "expires") if name in method]
    return min(moments, default=None)


def as_list(value: Any) -> list[Any]:
    """A list of the values of a member that may be missing, a value or a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_method(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _absolute(name: str, controller: str) -> str:
    return controller + name if name.startswith("#") else name
