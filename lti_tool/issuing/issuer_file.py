"""What the file of an issuer says: its profile, and in its table `awarding` how its courses award."""

from __future__ import annotations

import re
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
    domains = table.get("reused_domains", [])
    if not isinstance(domains, list) or not all(
        isinstance(each, str) and _DOMAIN.fullmatch(each) for each in domains
    ):
        raise NotAllowedError(
            "reused_domains of [awarding] are domains such as students.riga-college.example"
        )
    others = {name: value for name, value in table.items() if name != "reused_domains"}
    if not all(isinstance(value, bool) for value in others.values()):
        raise NotAllowedError("the other values of [awarding] are true or false")
    return Policy(**others, reused_domains=tuple(domains))


#: A domain in ASCII, as addresses are compared.
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
