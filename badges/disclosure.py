"""without: a badge from which its learner left something out, still signed by its issuer.

It takes a badge with a base proof of ecdsa-sd-2023. What is left out is not in the new badge in any form; who issued
it, what for, its dates and its status always are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from badges import bake
from badges.errors import DisclosureError
from signing.errors import SigningError
from signing.json_text import Json, read_object
from signing.proof_set import alone
from signing.proofs.ecdsa_sd_2023 import NAME, derive
from signing.secured import SecuredCredential

#: What may be left out.
PARTS = ("name", "email", "result")
_IDENTITIES = {"name": "name", "email": "emailAddress"}
_RESULTS = ("/credentialSubject/result", "/credentialSubject/provenBy")


def may_leave_out(secured: SecuredCredential) -> tuple[str, ...]:
    """The parts that this badge has and can do without, each for itself."""
    if f'"{NAME}"' not in secured.text:
        return ()
    learner = read_object(secured.text)["credentialSubject"]
    kinds = [identity.get("identityType") for identity in learner.get("identifier", [])]
    there = {part for part, kind in _IDENTITIES.items() if kind in kinds and len(kinds) > 1}
    if learner.keys() & {pointer.rpartition("/")[2] for pointer in _RESULTS}:
        there.add("result")
    return tuple(part for part in PARTS if part in there)


def without(secured: SecuredCredential, parts: Collection[str]) -> SecuredCredential:
    """Raises DisclosureError for a badge that cannot be parted, or that would belong to nobody any more."""
    try:
        base = alone(secured, NAME)
        document = read_object(base.text)
        credential = {name: document[name] for name in document.keys() - {"@context", "proof"}}
        hidden = {pointer for part in parts for pointer in _pointers(credential, part)}
        learner = credential["credentialSubject"]
        if "id" not in learner and not set(_identifiers(learner)) - hidden:
            raise DisclosureError("nobody_left", "a badge must name its learner, or their address")
        return derive(base, list(_others(credential, "", hidden)))
    except (SigningError, KeyError, TypeError) as error:
        raise DisclosureError(
            "not_parted", "the badge has no proof from which a part could be shown"
        ) from error


def picture_without(png: bytes, parts: Collection[str]) -> bytes:
    """The same for a picture; raises PictureError and NotBakedError, too."""
    return bake.bake(png, without(bake.unbake(png), parts))


def _pointers(credential: Json, part: str) -> Iterator[str]:
    if part == "result":
        yield from _RESULTS
    elif part in _IDENTITIES:
        learner = credential["credentialSubject"]
        for pointer, identity in zip(_identifiers(learner), learner.get("identifier", []), strict=True):
            if identity.get("identityType") == _IDENTITIES[part]:
                yield pointer
    else:
        raise DisclosureError("unknown_part", f"what may be left out is: {', '.join(PARTS)}")


def _identifiers(learner: Json) -> list[str]:
    return [f"/credentialSubject/identifier/{place}" for place, _ in enumerate(learner.get("identifier", []))]


def _others(value: Any, pointer: str, hidden: Collection[str]) -> Iterator[str]:
    """Pointers to all that is not hidden, as few as can be."""
    if pointer in hidden:
        return
    if pointer and not any(other.startswith(f"{pointer}/") for other in hidden):
        yield pointer
        return
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        yield from _others(part, f"{pointer}/{escaped}", hidden)
