"""Look: how an issuer shows itself on its pages and in its mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lti_tool.errors import WrongSettingError
from lti_tool.issuing.accent import Accent, read_accent
from lti_tool.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`accent` is None where none was chosen; `logo` is a SHA-256 that names its logo, in hex; empty without."""

    accent: Accent | None = None
    logo: str = ""


def read_look(data: Json) -> Look:
    """The Look in the table `look` of an issuer's data. Raises WrongSettingError where it cannot be used."""
    table: Any = data.get("look", {})
    if not isinstance(table, dict) or not table.keys() <= {"accent", "logo"}:
        raise WrongSettingError("/look", "unknown_field", "[look] takes accent, logo")
    accent, logo = table.get("accent", ""), table.get("logo", "")
    if not isinstance(accent, str) or not isinstance(logo, str):
        raise WrongSettingError(
            "/look",
            "not_text",
            "the values of [look] are texts: a colour such as #7a1f3d, and the name of a file",
        )
    return Look(accent=read_accent(accent) if accent else None, logo=logo)
