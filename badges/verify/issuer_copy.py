"""compare_issuer_copy: a badge whose key was revoked still counts while its issuer serves the same credential.

Whoever stole a key can sign with any date, so the date in a badge proves nothing once its key is revoked. A thief
cannot, however, make the issuer's own website serve a forged badge. So a badge counts that

* has a valid signature under the revoked key, which the issuer's document still lists, with the time of revocation,
* says itself that it was signed before that time, and
* is served by the issuer today, the very same credential, under the badge's own id, on the host of its did:web.

A badge that says it was signed later never counts. Nothing is fetched for a badge whose signature does not hold.

Source: W3C Controlled Identifiers v1.0, "Verification Methods" (`revoked`). The rule itself is ours: the standard
would refuse all badges of a revoked key, so one stolen key would invalidate every honest badge signed with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from badges.errors import BudgetSpentError
from badges.foreign_json import issuer_id, objects, text
from badges.verify.budget import Fetch
from badges.verify.files import ParsedFile, parse_response
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.proof import check_proof, is_signed_by_issuer
from badges.verify.report import LIMIT_REACHED, Finding, failed, unknown, warning
from signing.did import did_web_url
from signing.json_text import Json
from signing.keys import VerificationMethod
from signing.secured import SecuredCredential
from signing.timestamps import as_timestamp, possible_moments
from signing.verified_proof import VerifiedProof


def compare_issuer_copy(
    file: ParsedFile, secured: SecuredCredential, lookups: Lookups
) -> tuple[Finding, VerifiedProof | None]:
    """The finding on a badge whose proof failed with `key_revoked`, and its proof where the issuer still serves it."""
    revocations: dict[str, datetime] = {}

    def find_revoked_key(method: str, issuer: str) -> VerificationMethod:
        """The key as if it were not revoked, so that the signature itself can be checked."""
        found = lookups.find_key(method, issuer)
        if found.ends is not None:
            revocations[found.id] = found.ends
        return replace(found, ends=None, asserts=True)

    finding, proof = check_proof(secured, lookups, find_revoked_key)
    if finding.code == LIMIT_REACHED:
        return finding, None
    revoked_at = revocations.get(proof.verification_method.id) if proof else None
    if proof is None or revoked_at is None or not is_signed_by_issuer(proof):
        return failed("key_revoked"), None
    detail = as_timestamp(revoked_at)
    try:
        if any(moment >= revoked_at for moment in _signing_times(file, proof)):
            return failed("key_revoked_before", detail), None
        if lookups.fetch is not None and _is_served_by_issuer(proof.credential, lookups.fetch):
            return warning("key_revoked_since", detail), proof
    except BudgetSpentError:
        return unknown(LIMIT_REACHED, detail), None
    except Exception:  # noqa: BLE001 - whatever fails here, the issuer has not confirmed the badge
        return failed("key_revoked", detail), None
    return failed("key_revoked", detail), None


def _signing_times(file: ParsedFile, proof: VerifiedProof) -> Iterator[datetime]:
    """The times at which the badge says it was signed, at the latest. Raises ValueError where one is no timestamp."""
    credential = normalised(proof.credential)
    yield possible_moments(credential.get("validFrom", credential.get("issuanceDate")))[1]
    for entry in objects(file.document.get("proof")):
        if (
            entry.get("verificationMethod") == proof.verification_method.id
            and entry.get("created") is not None
        ):
            yield possible_moments(entry["created"])[1]


def _is_served_by_issuer(credential: Json, fetch: Fetch) -> bool:
    """Whether the issuer serves this very credential. Raises what `fetch` raises, and ValueError or ProofError.

    The id of a forged badge may be any address, also one that the thief controls.
    """
    address = text(credential, "id") or ""
    is_on_host = urlsplit(address).netloc == urlsplit(did_web_url(issuer_id(credential) or "")).netloc
    return is_on_host and parse_response(fetch(address)).credential == credential
