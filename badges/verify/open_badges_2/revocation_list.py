"""check_revocation_list: whether an issuer's RevocationList of Open Badges 2.0 or 1.x names an assertion."""

from __future__ import annotations

from typing import Any

from badges.foreign_json import as_list, text
from badges.verify.lookups import Lookups
from badges.verify.open_badges_2.references import Issuer
from badges.verify.report import LIMIT_REACHED, NOT_CHECKED, Finding, failed, passed, unknown
from badges.verify.served import NotServedError, fetch_json
from signing.json_text import Json

#: Code of a document that was not fetched -> code of the list.
_NOT_FETCHED = {
    "hosted_unreadable": "list_unreadable",
    "hosted_no_address": "list_unreadable",
    "hosted_without_tls": "list_without_tls",
}


def check_revocation_list(assertion: Json, issuer: Issuer | None, lookups: Lookups) -> Finding:
    """Whether the list of the issuer's profile names the assertion: as a member, in 2.0 in `revokedAssertions`."""
    if issuer is None:
        return NOT_CHECKED
    if "revocationList" not in issuer.profile:
        return passed("no_status")
    address = text(issuer.profile, "revocationList")
    if address is None:
        return unknown("list_unreadable")
    try:
        listing = fetch_json(address, lookups)
    except NotServedError as error:
        return renamed(error.finding, _NOT_FETCHED.get(error.finding.code, "list_not_reached"))
    entries = as_list(listing["revokedAssertions"]) if "revokedAssertions" in listing else [*listing]
    own_ids = {name for name in (text(assertion, "id"), text(assertion, "uid")) if name}
    if any(own_ids & _entry_ids(entry) for entry in entries):
        return failed("revoked", address)
    if not all(_entry_ids(entry) for entry in entries):
        return unknown("list_unreadable", address)
    return passed("not_revoked", address)


def renamed(finding: Finding, code: str) -> Finding:
    """The finding on a document that was not fetched, with the code that it has for what needed the document."""
    return finding if finding.code == LIMIT_REACHED else unknown(code, finding.detail)


def _entry_ids(entry: Any) -> set[str]:
    if isinstance(entry, str):
        return {entry} - {""}
    return {name for name in (text(entry, "id"), text(entry, "uid")) if name}
