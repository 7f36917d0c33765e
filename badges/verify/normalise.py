"""normalised: a stranger's credential in one form, so that it can be judged."""

from __future__ import annotations

from typing import Any

from badges.foreign_json import kind_of, single
from signing.absent import without_absent
from signing.json_text import Json

#: Members that have one value. To JSON-LD a list of one is the same as its member.
_SINGLE = frozenset(
    "issuer credentialSubject validFrom validUntil issuanceDate expirationDate awardedDate refreshService name "
    "description".split()
)
_SINGLE_OF_SUBJECT = frozenset({"achievement", "image", "narrative", "source", "name"})
_SINGLE_OF_ACHIEVEMENT = frozenset({"name", "description", "criteria", "image", "creator"})
#: Texts that describe something and decide nothing: an empty one is as good as none.
_DESCRIBING = frozenset(
    "name description narrative caption humanCode specialization fieldOfStudy version tag url email phone "
    "targetDescription targetCode targetFramework genre audience endorsementComment licenseNumber role term".split()
)


def normalised(credential: Json) -> Json:
    """The credential in one form for what can be written in several ways, so that it can be judged.

    Null and empty lists are absent; a list of one value is that value where the standard has a single one; a describing
    text that is "" or {} is absent. Everything else stays: what decides and is "" or {} must be seen to be unreadable.
    Proofs are checked before, over what stands in the file.
    """
    credential = _with_single(without_absent(credential), _SINGLE)
    subject = credential.get("credentialSubject")
    if isinstance(subject, dict) and kind_of(credential) == "achievement":
        subject = _with_single(subject, _SINGLE_OF_SUBJECT)
        if isinstance(subject.get("achievement"), dict):
            subject["achievement"] = _with_single(subject["achievement"], _SINGLE_OF_ACHIEVEMENT)
        credential["credentialSubject"] = subject
    readable: Json = _without_empty_texts(credential)
    return readable


def _with_single(value: Json, names: frozenset[str]) -> Json:
    """A copy in which each member of these names that is a list of one is that one."""
    return {name: single(member) if name in names else member for name, member in value.items()}


def _without_empty_texts(value: Any) -> Any:
    """A copy without describing texts that are empty, at any depth."""
    if isinstance(value, list):
        return [_without_empty_texts(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: member if name == "@context" else _without_empty_texts(member)
        for name, member in value.items()
        if name not in _DESCRIBING or member not in ("", {})
    }
