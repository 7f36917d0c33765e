"""Authority: what an issuer lets templates claim in its name, and who approves a teacher's template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from badges.reader import Reader, at
from badges.template.fields import Items
from badges.template.values import AwardingBody, QualityAssurance, check_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The table `authority` in the issuer's file. What it does not list, no template may name.

    `awarding_bodies` may award together with the issuer. `quality_assurance` may be named beside the issuer's own
    accreditations. `highest_level` is that of the EQF; None where templates may name no level. With `needs_approval` a
    teacher's template is published only after one of the `approvers`, by their e-mail addresses, or the operator has
    approved it.
    """

    awarding_bodies: tuple[AwardingBody, ...] = ()
    quality_assurance: tuple[QualityAssurance, ...] = ()
    highest_level: int | None = None
    needs_approval: bool = True
    approvers: tuple[str, ...] = ()


def read_authority(reader: Reader, data: Any, pointer: str) -> Authority:
    """The Authority in a table of the issuer's file; problems are added to `reader`."""
    table = {} if data is None else reader.known_fields(data, pointer, _FIELDS)
    needs_approval = reader.yes_or_no(table.get("needs_approval"), at(pointer, "needs_approval"))
    approvers = reader.items(table.get("approvers"), at(pointer, "approvers"), read_mail_address)
    return Authority(
        awarding_bodies=_BODIES.read(reader, table.get("awarding_bodies"), at(pointer, "awarding_bodies")),
        quality_assurance=_ASSURANCES.read(
            reader, table.get("quality_assurance"), at(pointer, "quality_assurance")
        ),
        highest_level=reader.whole_number(table.get("highest_level"), at(pointer, "highest_level"), 1, 8),
        needs_approval=True if needs_approval is None else needs_approval,
        approvers=tuple({comparable_address(each): each for each in approvers if each}.values()),
    )


def comparable_address(address: str) -> str:
    """The e-mail address as it is compared with another: Zane@Riga-College.example is zane@riga-college.example."""
    local, _, domain = address.strip().casefold().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"


_FIELDS = tuple(Authority.__dataclass_fields__)
_BODIES = Items(AwardingBody)
_ASSURANCES = Items(QualityAssurance, check=check_days)
# Only what a mail server takes without an extension: a mistake here would strand every teacher.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([\w-]+\.)+[\w-]+"
)


def read_mail_address(reader: Reader, data: Any, pointer: str) -> str:
    """An e-mail address of an issuer's file; "" and a problem of `reader` where it is none."""
    address = reader.required_text(data, pointer)
    if address and not _ADDRESS.fullmatch(address):
        reader.problem(pointer, "not_an_email")
        return ""
    return address
