"""Readers of JSON that others wrote, which trust nothing in it to have the right type: what has another is absent."""

from __future__ import annotations

from typing import Any, Literal

from signing.json_text import Json

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
VC_1_CONTEXT = "https://www.w3.org/2018/credentials/v1"

Kind = Literal["achievement", "endorsement", "clr", "presentation", "open_badges_2", "other"]


def types(value: Any) -> set[str]:
    """The types of an object, whether `type` is a list or a single text."""
    found = value.get("type") if isinstance(value, dict) else None
    return {name for name in as_list(found) if isinstance(name, str)}


def as_list(value: Any) -> list[Any]:
    """The list itself, or a list of the one value; null is the empty list, as in JSON-LD."""
    return value if isinstance(value, list) else [] if value is None else [value]


def single(value: Any) -> Any:
    """The one member of a list of one, else the value itself: JSON-LD does not tell them apart."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def objects(value: Any) -> list[Json]:
    """The objects of a list, or the single one."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def object_at(value: Any, *path: str) -> Json:
    """The object at the end of the path, an empty one where there is none; a list of one object is that object."""
    found = single(value)
    for name in path:
        found = single(found.get(name)) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Any, name: str) -> str | None:
    """The member `name` of an object where it is a text with something in it, else None."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None


def issuer_id(credential: Json) -> str | None:
    """The id of the issuer, which is an object or the id alone, also in a list of one."""
    issuer = single(credential.get("issuer"))
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) and found else None


def is_data_model_1(credential: Json) -> bool:
    """Whether the credential is of VCDM 1.1: the first of its contexts decides."""
    contexts = as_list(credential.get("@context"))
    return bool(contexts) and contexts[0] == VC_1_CONTEXT


def kind_of(document: Json) -> Kind:
    """What the document is by its types; an assertion of Open Badges 1.x, which has none, by its members."""
    found = types(document)
    if "VerifiablePresentation" in found:
        return "presentation"
    if found & {"OpenBadgeCredential", "AchievementCredential"}:
        return "achievement"
    if "EndorsementCredential" in found:
        return "endorsement"
    if "ClrCredential" in found:
        return "clr"
    # Open Badges 2.0 has its own context and class; 1.x has neither, but always these members.
    contexts = [context for context in as_list(document.get("@context")) if isinstance(context, str)]
    if "Assertion" in found and any("openbadges" in context for context in contexts):
        return "open_badges_2"
    if {"recipient", "badge"} <= document.keys() and "credentialSubject" not in document:
        return "open_badges_2"
    return "other"
