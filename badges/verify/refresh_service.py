"""refreshed: the newer credential that the issuer offers in place of this one, asked for once.

Source: Open Badges 3.0, "Verification", step 3; 1EdTechCredentialRefresh. That the newer one must be the same
credential of the same issuer is not in the standard: else whoever holds the address could put any badge in its place.
"""

from __future__ import annotations

from datetime import datetime

from badges.verify.files import Opened, answered
from badges.verify.foreign_json import is_data_model_1, issuer_id, text, types
from badges.verify.lookups import Lookups
from badges.verify.proof import check_proof, is_bound
from badges.verify.report import Finding, passed, unknown, warning
from signing.json_text import Json
from signing.timestamps import from_timestamp
from signing.verified_proof import VerifiedProof


def refreshed(
    credential: Json, outside: Lookups
) -> tuple[Finding, tuple[Opened, Finding, VerifiedProof] | None]:
    """What came of asking; and what was served, with its proof, where that takes the place of the credential."""
    service = credential.get("refreshService")
    if service is None:
        return passed("no_refresh"), None
    url = text(service, "id")
    if "1EdTechCredentialRefresh" not in types(service) or url is None:
        return unknown("unknown_refresh"), None
    if outside.fetch is None:
        return unknown("refresh_not_asked", url), None
    try:
        opened = answered(outside.fetch(url))
    except Exception as error:  # whatever went wrong out there: the standard goes on with what it has
        return warning("refresh_not_reached", f"{url}: {error.__class__.__name__}"), None
    if opened.secured is None:
        return warning("refresh_unreadable", url), None
    finding, proven = check_proof(opened.secured, outside)
    if proven is None or not is_bound(proven):
        return warning("refresh_not_proven", url), None
    newer = proven.credential
    if (issuer_id(newer), newer.get("id")) != (issuer_id(credential), credential.get("id")):
        return warning("refresh_of_another", url), None
    if _begins(newer) is None or (_begins(newer) or outside.now) < (_begins(credential) or outside.now):
        return warning("refresh_older", url), None
    if newer == credential:
        return passed("already_newest", url), None
    return passed("refreshed", url), (opened, finding, proven)


def _begins(credential: Json) -> datetime | None:
    try:
        return from_timestamp(credential.get("issuanceDate" if is_data_model_1(credential) else "validFrom"))
    except ValueError:
        return None
