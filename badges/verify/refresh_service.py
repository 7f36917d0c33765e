"""find_newer_credential: the credential that the issuer offers in place of an older one, asked for once.

Source: Open Badges 3.0, "Verification", step 3; 1EdTechCredentialRefresh. The standard does not demand that the newer
one has the same id and issuer. We do: otherwise anyone who controls the address could put any badge in its place.
"""

from __future__ import annotations

from datetime import datetime

from badges.errors import BudgetSpentError
from badges.foreign_json import is_data_model_1, issuer_id, text, types
from badges.verify.files import ParsedFile, parse_response
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.proof import check_proof, is_signed_by_issuer
from badges.verify.report import LIMIT_REACHED, Finding, passed, unknown, warning
from signing.json_text import Json
from signing.timestamps import from_timestamp
from signing.verified_proof import VerifiedProof


def find_newer_credential(
    credential: Json, lookups: Lookups
) -> tuple[Finding, tuple[ParsedFile, Finding, VerifiedProof] | None]:
    """The finding on the refresh service of a normalised credential; and the newer version, if it serves one.

    The newer version comes with the finding on its proof.
    A refresh service of the newer version is not asked: a chain of them could be endless.
    """
    service = credential.get("refreshService")
    if service is None:
        return passed("no_refresh"), None
    url = text(service, "id")
    if "1EdTechCredentialRefresh" not in types(service) or url is None:
        return unknown("unknown_refresh"), None
    if lookups.fetch is None:
        return unknown("refresh_not_asked", url), None
    try:
        served = parse_response(lookups.fetch(url))
    except BudgetSpentError:
        return unknown(LIMIT_REACHED, url), None
    except Exception as error:  # noqa: BLE001 - `fetch` may raise anything; the standard goes on with the older one
        return warning("refresh_not_reached", f"{url}: {error.__class__.__name__}"), None
    if served.secured is None:
        return warning("refresh_unreadable", url), None
    finding, proof = check_proof(served.secured, lookups)
    if finding.code == LIMIT_REACHED:
        return unknown(LIMIT_REACHED, url), None
    if proof is None or not is_signed_by_issuer(proof):
        return warning("refresh_not_proven", url), None
    newer = normalised(proof.credential)
    if (issuer_id(newer), newer.get("id")) != (issuer_id(credential), credential.get("id")):
        return warning("refresh_of_another", url), None
    # An older version must not win: a revoked or corrected credential could be brought back by serving it again.
    if _begins(newer) is None or (_begins(newer) or lookups.now) < (_begins(credential) or lookups.now):
        return warning("refresh_older", url), None
    if newer == credential:
        return passed("already_newest", url), None
    return passed("refreshed", url), (served, finding, proof)


def _begins(credential: Json) -> datetime | None:
    """When its validity period begins; None where that is no timestamp."""
    try:
        return from_timestamp(credential.get("issuanceDate" if is_data_model_1(credential) else "validFrom"))
    except ValueError:
        return None
