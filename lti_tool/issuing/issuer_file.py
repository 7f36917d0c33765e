"""What the file of an issuer says: its profile, how its courses award (`awarding`), what its mails bring (`mail`)."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from badges.issuer import IssuerProfile, read_issuer
from lti_tool.errors import NotAllowedError
from lti_tool.observations import Policy
from lti_tool.values import Json, MailPolicy

_T = TypeVar("_T", Policy, MailPolicy)


def read_profile(data: Json, tool_url: str, now: datetime | None = None) -> tuple[IssuerProfile, Policy]:
    """The profile that the data of an issuer's file describe, and the policy of its table `awarding`.

    Raises TemplateError as `read_issuer` does, NotAllowedError where a policy cannot be used.
    """
    others = {name: value for name, value in data.items() if name not in ("awarding", "mail")}
    read_mail_policy(data)
    return read_issuer(others, tool_url, now), read_policy(data)


def read_policy(data: Json) -> Policy:
    """The policy in the table `awarding` of an issuer's file. Raises NotAllowedError where it cannot be used."""
    return _read("awarding", data, Policy)


def read_mail_policy(data: Json) -> MailPolicy:
    """The policy in the table `mail` of an issuer's file. Raises NotAllowedError where it cannot be used."""
    return _read("mail", data, MailPolicy)


def _read(name: str, data: Json, policy: type[_T]) -> _T:
    table: Any = data.get(name, {})
    known = {field.name for field in fields(policy)}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise NotAllowedError(f"[{name}] takes {', '.join(sorted(known))}")
    switches = {field: value for field, value in table.items() if field != "reused_domains"}
    if not all(isinstance(value, bool) for value in switches.values()):
        raise NotAllowedError(f"the values of [{name}] are true or false")
    if "reused_domains" in table:
        switches["reused_domains"] = _domains(table["reused_domains"])
    return policy(**switches)


def _domains(value: Any) -> tuple[str, ...]:
    """Domains of e-mail addresses, as addresses are compared. Raises NotAllowedError for anything else."""
    if not isinstance(value, list) or not all(
        isinstance(each, str) and _DOMAIN.fullmatch(each) for each in value
    ):
        raise NotAllowedError(
            "reused_domains of [awarding] are domains such as students.riga-college.example"
        )
    return tuple(value)


_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
