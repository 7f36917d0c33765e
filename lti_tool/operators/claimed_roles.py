"""The roles that a provider's claim gives, by the mapping of the settings. Pure.

A claim that is missing, or in another form than a text or a list of texts, gives none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRole:
    """Who has `value` in the claim holds `role` at the issuer with that slug; at that of ISSUER_FILE without one."""

    value: str
    role: str
    slug: str | None = None


def roles_by_issuer(
    claims: Mapping[str, Any],
    claim: str,
    mapping: Sequence[ClaimedRole],
    first_issuer_id: str,
    issuer_ids: Mapping[str, str],
) -> Mapping[str, Sequence[str]]:
    """The roles by the key of the issuer. `issuer_ids` are those keys by slug; a slug that is none gives nothing."""
    values = claimed_values(claims, claim)
    found: dict[str, list[str]] = {}
    for each in mapping:
        issuer_id = first_issuer_id if each.slug is None else issuer_ids.get(each.slug)
        if each.value in values and issuer_id is not None and each.role not in found.get(issuer_id, ()):
            found.setdefault(issuer_id, []).append(each.role)
    return found


def claimed_values(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The texts in a claim, which may stand inside others: `realm_access.roles`, as Keycloak has it."""
    value: Any = claims.get(claim)
    if claim not in claims:
        value = claims
        for name in claim.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return frozenset({value})
    return (
        frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
    )
