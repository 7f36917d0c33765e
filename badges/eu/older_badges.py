"""in_terms_of_3: what an assertion of Open Badges 2.0 or 1.x says, in terms of Open Badges 3.0, to be shown to people.

Nothing is verified by it. Source: Open Badges 3.0, implementation guide, "Upgrading from Open Badges 2.0".
"""

from __future__ import annotations

from typing import Any

from badges.eu.parts import object_at, objects
from badges.verify.foreign_json import kind_of, text, types
from signing.json_text import Json


def in_terms_of_3(credential: Json) -> Json:
    """The credential itself, or the assertion in the terms of Open Badges 3.0 as far as it holds its badge class."""
    if kind_of(credential) != "open_badges_2":
        return credential
    badge_class = object_at(credential, "badge")
    achievement = {
        "name": badge_class.get("name"),
        "description": badge_class.get("description"),
        "criteria": _criteria(badge_class.get("criteria")),
        "inLanguage": badge_class.get("@language"),
    }
    subject = {
        "identifier": _recipient(credential.get("recipient")),
        "narrative": credential.get("narrative"),
    }
    return _without_null(
        {
            "issuer": badge_class.get("issuer"),
            "awardedDate": credential.get("issuedOn"),
            "evidence": _evidence(credential.get("evidence")),
            "credentialSubject": _without_null(subject | {"achievement": _without_null(achievement)}),
        }
    )


def _recipient(value: Any) -> list[Json] | None:
    identity = text(value, "identity")
    if identity is None:
        return None
    kind = "emailAddress" if "email" in types(value) else "identifier"
    return [{"identityHash": identity, "hashed": value.get("hashed") is True, "identityType": kind}]


def _criteria(value: Any) -> Json | None:
    """The criteria; they may be the address of a page alone."""
    return {"narrative": value} if isinstance(value, str) else value if isinstance(value, dict) else None


def _evidence(value: Any) -> list[Json]:
    """The evidence; each may be an address alone."""
    addresses = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [*objects(value), *({"id": address} for address in addresses if isinstance(address, str))]


def _without_null(value: Json) -> Json:
    return {name: member for name, member in value.items() if member is not None}
