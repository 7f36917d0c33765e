"""What a learner may leave out, and remove_parts: a credential without some of its parts, still signed by its issuer.

PARTS is the one list of it, for every form of a badge: `part_paths` says where they are, for SD-JWT (`badges.sd_jwt`).
The issuer, the achievement, the dates and the status can never be removed.

`remove_parts` needs the credential with a base proof of ecdsa-sd-2023. The new one holds nothing of the removed parts,
not even a hash.

"The base proof is to be given only to the holder", who derives from it what verifiers are shown; so it is no part of a
badge that is published.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "Base Proof Serialization (ecdsa-sd-2023)".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from badges.errors import DisclosureError
from signing.errors import SigningError
from signing.json_text import Json, read_object
from signing.proofs.ecdsa_sd_2023 import derive
from signing.secured import SecuredCredential

#: The parts that a learner may remove.
PARTS = ("name", "email", "result")
#: Part -> `identityType` of the IdentityObject that it is.
_IDENTITY_TYPES = {"name": "name", "email": "emailAddress"}
#: Members of the subject.
_RESULTS = ("result", "provenBy")


def part_paths(credential: Json) -> tuple[tuple[str | int, ...], ...]:
    """Where the PARTS of a credential of ours are: names of members, and places in lists, from its top down."""
    paths = [path for part in PARTS for path in _paths(credential, part)]
    return tuple(
        path for path in paths if path[-1] in credential["credentialSubject"] or path[-1] not in _RESULTS
    )


def removable_parts(secured: SecuredCredential) -> tuple[str, ...]:
    """The PARTS that this credential has and can do without, each considered alone.

    Raises ProofError for broken JSON.
    """
    subject = read_object(secured.text)["credentialSubject"]
    identity_types = [identity.get("identityType") for identity in subject.get("identifier", [])]
    removable = {
        part
        for part, identity_type in _IDENTITY_TYPES.items()
        if identity_type in identity_types and len(identity_types) > 1
    }
    if subject.keys() & {*_RESULTS}:
        removable.add("result")
    return tuple(part for part in PARTS if part in removable)


def remove_parts(secured: SecuredCredential, parts: Collection[str]) -> SecuredCredential:
    """The credential without these PARTS, with a derived proof.

    Raises DisclosureError for an unknown part, for a credential without a base proof, or where nothing would be left
    that says whose badge it is.
    """
    try:
        document = read_object(secured.text)
        credential = {name: document[name] for name in document.keys() - {"@context", "proof"}}
        removed = {_pointer(path) for part in parts for path in _paths(credential, part)}
        subject = credential["credentialSubject"]
        # Not its id: that of our badges is opaque.
        if not set(_identifier_pointers(subject)) - removed:
            raise DisclosureError("nobody_left", "a badge must name its learner, or their address")
        return derive(secured, list(_remaining_pointers(credential, "", removed)))
    except (SigningError, KeyError, TypeError) as error:
        raise DisclosureError(
            "not_parted", "the credential has no proof from which a part could be shown"
        ) from error


def _paths(credential: Json, part: str) -> Iterator[tuple[str | int, ...]]:
    """Paths to what the part may consist of. Raises DisclosureError for an unknown part."""
    if part == "result":
        yield from (("credentialSubject", name) for name in _RESULTS)
    elif part in _IDENTITY_TYPES:
        for place, identity in enumerate(credential["credentialSubject"].get("identifier", [])):
            if identity.get("identityType") == _IDENTITY_TYPES[part]:
                yield "credentialSubject", "identifier", place
    else:
        raise DisclosureError("unknown_part", f"what may be left out is: {', '.join(PARTS)}")


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join(f"/{step}" for step in path)


def _identifier_pointers(subject: Json) -> list[str]:
    return [f"/credentialSubject/identifier/{index}" for index, _ in enumerate(subject.get("identifier", []))]


def _remaining_pointers(value: Any, pointer: str, removed: Collection[str]) -> Iterator[str]:
    """Pointers to everything that is not removed, as few as possible: to a whole object where nothing in it is."""
    if pointer in removed:
        return
    if pointer and not any(other.startswith(f"{pointer}/") for other in removed):
        yield pointer
        return
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in members:
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        yield from _remaining_pointers(member, f"{pointer}/{escaped}", removed)
