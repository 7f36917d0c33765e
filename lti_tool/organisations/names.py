"""Names of organisations that an issuer invites: one that would be taken for something else is refused.

Whoever controls a domain shows that themselves: an issuer that wrote "ministry.example" would say it for them. Of the
letters that look alike only those are seen that stand in one word with letters of another script.
"""

from __future__ import annotations

import re
import unicodedata

from lti_tool.errors import DomainError, OrganisationError
from lti_tool.organisations.domains import domain_of

#: Scripts that have letters that look like Latin ones, as the names of their letters in Unicode begin.
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")
_WORD = re.compile(r"[^\W\d_]+")


def check_name(name: str) -> None:
    """Returns where the name can be signed. Raises OrganisationError `name_is_domain` or `name_mixes_scripts`."""
    if _is_domain(name):
        raise OrganisationError("name_is_domain", "a domain is shown by whoever controls it")
    if any(len(_scripts(word)) > 1 for word in _WORD.findall(name)):
        raise OrganisationError("name_mixes_scripts", "a word of the name has letters of several scripts")


def _is_domain(name: str) -> bool:
    try:
        domain = domain_of(name)
    except DomainError as error:
        return error.code == "two_domains" and "." in name
    # "A.S." and "S.I.A." are names.
    return len(domain.rpartition(".")[2]) > 1


def _scripts(word: str) -> set[str]:
    named = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
    return named & set(_ALIKE)
