"""processed: the claims of an SD-JWT with all that is disclosed in its place, and without digests.

Every rule of the standard that rejects an SD-JWT is here, but those about its signature and its key.

Source: RFC 9901, "Verification of the SD-JWT", steps 3 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import is_
from typing import Any

from signing.errors import ProofError
from signing.json_text import MAX_DEPTH, Json
from signing.sd_jwt.disclosure import (
    DIGEST,
    DIGESTS,
    HASH_FUNCTION,
    RESERVED,
    Disclosure,
    read_disclosure,
)
from signing.sd_jwt.hiding import Path

#: The types by which JSON is read, exactly: most of a credential is walked through to find nothing.
_CONTAINERS = frozenset({dict, list})


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """The claims as they are shown, and where parts are left out.

    `hidden`: the path of an object or list, once for each of its digests that nothing is disclosed for. What each of
    them stands for cannot be known; it may be a decoy.
    """

    claims: Json
    hidden: tuple[Path, ...]


def processed(payload: Json, disclosures: tuple[str, ...]) -> Processed:
    """The claims of a JWT's payload with these disclosures.

    Raises ProofError `foreign_disclosure` where one is none that the issuer signed, `wrong_algorithm` for another hash
    function than SHA-256, which alone has to be supported, else `malformed`.
    """
    hash_function = payload.get(HASH_FUNCTION, "sha-256")
    if not isinstance(hash_function, str):
        raise ProofError("malformed", "the SD-JWT names no hash function where it should")
    if hash_function != "sha-256":
        raise ProofError("wrong_algorithm", "the SD-JWT uses a hash function that is not accepted")
    read = [read_disclosure(text) for text in disclosures]
    by_digest = {one.digest: one for one in read}
    if len(by_digest) < len(read):
        raise ProofError("malformed", "a disclosure stands twice in the SD-JWT")
    processor = _Processor(by_digest)
    claims: Json = processor.shown(
        {name: part for name, part in payload.items() if name != HASH_FUNCTION}, ()
    )
    if len(processor.used) < len(by_digest):
        raise ProofError("foreign_disclosure", "a disclosure is none that the issuer signed a digest of")
    return Processed(claims=claims, hidden=tuple(processor.hidden))


class _Processor:
    """`seen`: all digests so far. `used`: those with a disclosure."""

    def __init__(self, disclosures: dict[str, Disclosure]) -> None:
        self._disclosures = disclosures
        self._seen: set[str] = set()
        self.used: set[str] = set()
        self.hidden: list[Path] = []

    def shown(self, value: Any, path: Path) -> Any:
        """The value with what is disclosed; raises ProofError `malformed`."""
        if type(value) not in _CONTAINERS:
            return value
        # Disclosures inside disclosures: each alone was no deeper than `read_list` allows.
        if len(path) > MAX_DEPTH:
            raise ProofError("malformed", "the SD-JWT is nested too deeply")
        return self._object(value, path) if type(value) is dict else self._list(value, path)

    def _object(self, value: Json, path: Path) -> Json:
        members = self._with_members_shown(value, path)
        if DIGESTS in value:
            members = {name: part for name, part in members.items() if name != DIGESTS}
        if not RESERVED.isdisjoint(members):
            raise ProofError("malformed", "a name that SD-JWT reserves stands for something else")
        if DIGESTS not in value:
            return members
        digests = value[DIGESTS]
        if not isinstance(digests, list) or not all(isinstance(digest, str) for digest in digests):
            raise ProofError("malformed", "`_sd` is not a list of digests")
        for digest in digests:
            disclosure = self._disclosed(digest, path)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise ProofError("malformed", "an element of a list is disclosed as a member of an object")
            if disclosure.name in members:
                raise ProofError("malformed", "a disclosed member stands in its object already")
            members[disclosure.name] = self.shown(disclosure.value, (*path, disclosure.name))
        return members

    def _with_members_shown(self, value: Json, path: Path) -> Json:
        """The object with what is disclosed inside its members; itself where that is nothing, as nearly everywhere."""
        members = value
        for name, part in value.items():
            if type(part) in _CONTAINERS and name != DIGESTS:
                inner = self.shown(part, (*path, name))
                if inner is not part:
                    members = dict(value) if members is value else members
                    members[name] = inner
        return members

    def _list(self, value: list[Any], path: Path) -> list[Any]:
        elements: list[Any] = []
        for place, element in enumerate(value):
            if type(element) is not dict or DIGEST not in element:
                elements.append(self.shown(element, (*path, place)))
                continue
            digest = element[DIGEST]
            if len(element) > 1 or not isinstance(digest, str):
                raise ProofError("malformed", "`...` stands for something else than a digest")
            disclosure = self._disclosed(digest, path)
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise ProofError("malformed", "a member of an object is disclosed as an element of a list")
            elements.append(self.shown(disclosure.value, (*path, place)))
        is_same = len(elements) == len(value) and all(map(is_, elements, value))
        return value if is_same else elements

    def _disclosed(self, digest: str, path: Path) -> Disclosure | None:
        """The disclosure with this digest, which is noted; raises ProofError `malformed` for one that was there."""
        if digest in self._seen:
            raise ProofError("malformed", "a digest stands twice in the SD-JWT")
        self._seen.add(digest)
        disclosure = self._disclosures.get(digest)
        if disclosure is None:
            self.hidden.append(path)
        else:
            self.used.add(digest)
        return disclosure
