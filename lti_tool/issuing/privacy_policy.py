"""What an issuer has settled about its learners' data: whom they ask, its own notice, how long awards are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from lti_tool.errors import WrongSettingError
from lti_tool.values import Json

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB_ADDRESS = re.compile(r"https://[^\s\"'<>\\^`{|}]+")
MOST_YEARS = 100
LONGEST_LAW = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPolicy:
    """`contact`: the e-mail address of the data-protection officer; `notice_url`: the institution's own notice.

    `awards_years`: for how many years awards are kept, None without an end. `awards_kept_by_law`: the law that obliges
    the issuer to keep them for so long, as the reason why nobody is erased who has one; empty where none does.
    """

    contact: str = ""
    notice_url: str = ""
    awards_years: int | None = None
    awards_kept_by_law: str = ""


def read_privacy_policy(data: Json) -> PrivacyPolicy:
    """The PrivacyPolicy in the table `privacy` of an issuer's data. Raises WrongSettingError where it is none."""
    table: Any = data.get("privacy", {})
    known = [field.name for field in fields(PrivacyPolicy)]
    if not isinstance(table, dict) or not table.keys() <= set(known):
        raise WrongSettingError("/privacy", "unknown_field", f"[privacy] takes {', '.join(known)}")
    contact = _matching(table, "contact", _EMAIL, "not_an_email", "an e-mail address")
    notice_url = _matching(
        table, "notice_url", _WEB_ADDRESS, "not_secure", "an address that begins with https://"
    )
    years, law = table.get("awards_years"), table.get("awards_kept_by_law", "")
    if years is not None and not (type(years) is int and 1 <= years <= MOST_YEARS):
        message = f"awards_years of [privacy] is a whole number from 1 to {MOST_YEARS}"
        raise WrongSettingError("/privacy/awards_years", "out_of_range", message)
    if not isinstance(law, str) or len(law) > LONGEST_LAW:
        message = f"awards_kept_by_law of [privacy] is a text of at most {LONGEST_LAW} letters"
        raise WrongSettingError("/privacy/awards_kept_by_law", "too_long", message)
    if law and years is None:
        message = "awards_kept_by_law of [privacy] needs awards_years: for how long the law asks"
        raise WrongSettingError("/privacy/awards_years", "needs_years", message)
    return PrivacyPolicy(contact=contact, notice_url=notice_url, awards_years=years, awards_kept_by_law=law)


def _matching(table: dict[str, Any], name: str, pattern: re.Pattern[str], code: str, what: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str) or (value and not (len(value) <= 500 and pattern.fullmatch(value))):
        raise WrongSettingError(f"/privacy/{name}", code, f"{name} of [privacy] is {what}")
    return value
