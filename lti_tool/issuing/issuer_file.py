"""What the file of an issuer says: its profile, how its courses award, its mails, its look, its privacy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from badges.errors import PictureError
from badges.issuer import IssuerProfile, read_issuer
from badges.pictures import fit_logo
from lti_tool.errors import NotAllowedError, WrongSettingError
from lti_tool.issuing.feedback_policy import read_feedback_policy
from lti_tool.issuing.look import read_look
from lti_tool.issuing.privacy_policy import read_privacy_policy
from lti_tool.language import MAIL_LANGUAGES
from lti_tool.mails import own_texts
from lti_tool.observations import Policy
from lti_tool.values import Json, MailPolicy

#: The tables that say nothing of who the issuer is.
_OTHER_TABLES = ("awarding", "mail", "look", "privacy", "feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFile:
    """The data of an issuer's file, and the logo that its table `look` names, as a PNG; None where it names none.

    `logo_sha256` is that of the logo's file as it lies there, in hex: it stays where the PNG is written otherwise.
    """

    data: Json
    logo: bytes | None = field(default=None, repr=False)
    logo_sha256: str = ""


def read_file(path: Path) -> IssuerFile:
    """What the TOML file at the path says; its logo lies in the same folder, or where an absolute path leads.

    Raises OSError and UnicodeDecodeError where the file cannot be read, TOMLDecodeError, and NotAllowedError where its
    look cannot be used.
    """
    data: Json = tomllib.loads(path.read_text(encoding="utf-8"))
    logo = read_look(data).logo
    return _with_logo(data, path.parent / logo) if logo else IssuerFile(data=data)


def _with_logo(data: Json, path: Path) -> IssuerFile:
    try:
        file = path.read_bytes()
        return IssuerFile(data=data, logo=fit_logo(file), logo_sha256=sha256(file).hexdigest())
    except OSError as error:
        raise NotAllowedError(f"logo: {path} cannot be read: {error.strerror}") from error
    except PictureError as error:
        raise NotAllowedError(f"logo: {path.name}: {error}") from error


def read_profile(data: Json, tool_url: str, now: datetime | None = None) -> tuple[IssuerProfile, Policy]:
    """The profile that the data of an issuer's file describe, and the policy of its table `awarding`.

    Raises TemplateError as `read_issuer` does, NotAllowedError where a policy cannot be used.
    """
    others = {name: value for name, value in data.items() if name not in _OTHER_TABLES}
    read_mail_policy(data)
    read_look(data)
    read_privacy_policy(data)
    read_feedback_policy(data)
    return read_issuer(others, tool_url, now), read_policy(data)


def read_policy(data: Json) -> Policy:
    """The policy in the table `awarding` of an issuer's file. Raises WrongSettingError where it cannot be used."""
    table = _table("awarding", data, Policy)
    switches = _switches("awarding", table, ("reused_domains",))
    if "reused_domains" in table:
        return Policy(**switches, reused_domains=_domains(table["reused_domains"]))
    return Policy(**switches)


def read_mail_policy(data: Json) -> MailPolicy:
    """The policy in the table `mail` of an issuer's file. Raises WrongSettingError where it cannot be used."""
    table = _table("mail", data, MailPolicy)
    return MailPolicy(
        **_switches("mail", table, _OWN_TEXTS),
        opening=_texts("opening", table.get("opening", {})),
        closing=_texts("closing", table.get("closing", {})),
    )


def _table(name: str, data: Json, policy: type[Policy | MailPolicy]) -> dict[str, Any]:
    table: Any = data.get(name, {})
    known = {field.name for field in fields(policy)}
    if not isinstance(table, dict) or not table.keys() <= known:
        raise WrongSettingError(f"/{name}", "unknown_field", f"[{name}] takes {', '.join(sorted(known))}")
    return table


def _switches(name: str, table: dict[str, Any], others: Collection[str]) -> dict[str, Any]:
    """The values of the table but for some `others`: each is true or false."""
    switches = {key: value for key, value in table.items() if key not in others}
    for key, value in switches.items():
        if not isinstance(value, bool):
            message = f"the values of [{name}] are true or false"
            raise WrongSettingError(f"/{name}/{key}", "not_yes_or_no", message)
    return switches


def _domains(value: Any) -> tuple[str, ...]:
    """Domains of e-mail addresses, as addresses are compared. Raises WrongSettingError for anything else."""
    if not isinstance(value, list) or not all(
        isinstance(each, str) and _DOMAIN.fullmatch(each) for each in value
    ):
        raise WrongSettingError(
            "/awarding/reused_domains",
            "not_a_domain",
            "reused_domains of [awarding] are domains such as students.riga-college.example",
        )
    return tuple(value)


def _texts(name: str, value: Any) -> dict[str, str]:
    """Paragraphs of the institution's own, by language. Raises WrongSettingError."""
    if not isinstance(value, dict) or not value.keys() <= set(MAIL_LANGUAGES):
        message = f"{name} of [mail] is a text by language: {', '.join(MAIL_LANGUAGES)}"
        raise WrongSettingError(f"/mail/{name}", "unknown_language", message)
    for language, text in value.items():
        code = own_texts.problem_of(text) if isinstance(text, str) else "not_text"
        if code is not None:
            message = (
                f"{name}.{language} of [mail] cannot be used ({code}): it is plain text of at most "
                f"{own_texts.LONGEST} letters without addresses; in braces it may have "
                f"{', '.join(own_texts.PLACEHOLDERS)}"
            )
            raise WrongSettingError(f"/mail/{name}/{language}", code, message)
    return {language: kept for language, text in value.items() if (kept := own_texts.own_text(text))}


_OWN_TEXTS = ("opening", "closing")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
