"""What the file of an issuer says: its profile, and in its table `awarding` how its courses award."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from badges.issuer import IssuerProfile, read_issuer
from lti_tool.errors import NotAllowedError
from lti_tool.observations import Policy
from lti_tool.values import Json


def read_profile(data: Json, tool_url: str, now: datetime | None = None) -> tuple[IssuerProfile, Policy]:
    """The profile that the data of an issuer's file describe, and the policy of its table `awarding`.

    Raises TemplateError as `read_issuer` does, NotAllowedError where the policy cannot be used.
    """
    others = {name: value for name, value in data.items() if name != "awarding"}
    return read_issuer(others, tool_url, now), read_policy(data)


def read_policy(data: Json) -> Policy:
    """The policy in the table `awarding` of an issuer's file. Raises NotAllowedError where it cannot be used."""
    table: Any = data.get("awarding", {})
    known = {field.name for field in fields(Policy)}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise NotAllowedError(f"[awarding] takes {', '.join(sorted(known))}")
    if not all(isinstance(value, bool) for value in table.values()):
        raise NotAllowedError("the values of [awarding] are true or false")
    return Policy(**table)
