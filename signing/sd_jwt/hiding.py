"""hide: claims in which digests stand for the parts that their holder may leave out.

Source: RFC 9901, "Embedding Disclosure Digests in SD-JWTs", "Decoy Digests", "Recursive Disclosures", "Entropy of the
Salt".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from signing.errors import UnsafeDocumentError
from signing.json_text import Json
from signing.multibase import base64url
from signing.sd_jwt.disclosure import (
    DIGEST,
    DIGESTS,
    HASH_FUNCTION,
    RESERVED,
    Disclosure,
    digest_of,
    element_disclosure,
    member_disclosure,
)

#: Names of members and places in lists, from the claims down to a part.
Path = tuple[str | int, ...]

_SALT_BYTES = 16


def new_salt() -> str:
    """A salt of 128 random bits, without which a value such as a name could be guessed from its digest."""
    return base64url(secrets.token_bytes(_SALT_BYTES))


def hide(
    claims: Json,
    paths: Collection[Path],
    decoys: Mapping[Path, int] | None = None,
    make_salt: Callable[[], str] = new_salt,
) -> tuple[Json, tuple[str, ...]]:
    """The claims with digests in place of the parts at the paths, and the disclosures of these.

    A part inside another can be left out alone, or with the other. `decoys` says how many digests of nothing to add to
    the object or list at a path, so that nobody sees how many parts there are. Raises UnsafeDocumentError for a path at
    which there is nothing, and for claims that use the names of SD-JWT themselves.
    """
    if _uses_reserved_names(claims):
        raise UnsafeDocumentError("the claims use a name that SD-JWT reserves")
    hider = _Hider(frozenset(paths), decoys or {}, make_salt)
    hidden: Json = hider.without(claims, ())
    if hider.found != {*paths, *(decoys or {})}:
        raise UnsafeDocumentError("there is no part at one of the paths")
    return hidden | {HASH_FUNCTION: "sha-256"}, tuple(hider.disclosures)


def _uses_reserved_names(claims: Json) -> bool:
    pending: list[Any] = [claims]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if not RESERVED.isdisjoint(value):
                return True
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False


class _Hider:
    """`found`: the paths that were come across. `disclosures`: those inside a part stand before that of the part."""

    def __init__(
        self, paths: frozenset[Path], decoys: Mapping[Path, int], make_salt: Callable[[], str]
    ) -> None:
        self._paths, self._decoys, self._make_salt = paths, decoys, make_salt
        #: Only what leads to a path is looked into.
        self._on_the_way = {path[:length] for path in (*paths, *decoys) for length in range(len(path) + 1)}
        self.found: set[Path] = set()
        self.disclosures: list[str] = []

    def without(self, value: Any, path: Path) -> Any:
        """The value with digests instead of its hidden parts."""
        if path not in self._on_the_way:
            return value
        if isinstance(value, dict):
            return self._object(value, path)
        return self._list(value, path) if isinstance(value, list) else value

    def _object(self, value: Json, path: Path) -> Json:
        shown: Json = {}
        digests = self._decoys_at(path)
        for name, member in value.items():
            inner = self.without(member, (*path, name))
            if self._is_hidden((*path, name)):
                digests.append(self._disclosed(member_disclosure(name, inner, self._make_salt())))
            else:
                shown[name] = inner
        # Sorted, since the order of the members would say which is which.
        return shown | {DIGESTS: sorted(digests)} if digests else shown

    def _list(self, value: list[Any], path: Path) -> list[Any]:
        shown: list[Any] = []
        for place, element in enumerate(value):
            inner = self.without(element, (*path, place))
            if self._is_hidden((*path, place)):
                inner = {DIGEST: self._disclosed(element_disclosure(inner, self._make_salt()))}
            shown.append(inner)
        return shown + [{DIGEST: decoy} for decoy in self._decoys_at(path)]

    def _is_hidden(self, path: Path) -> bool:
        if path not in self._paths:
            return False
        self.found.add(path)
        return True

    def _disclosed(self, disclosure: Disclosure) -> str:
        self.disclosures.append(disclosure.text)
        return disclosure.digest

    def _decoys_at(self, path: Path) -> list[str]:
        if path not in self._decoys:
            return []
        self.found.add(path)
        return [digest_of(self._make_salt()) for _ in range(self._decoys[path])]
