"""vouched: a badge whose key was taken back, for which its issuer still answers.

Whoever stole a key can sign with any date, so the date in a badge proves nothing any more. What a thief cannot do is to
make the issuer give the badge out. So a badge that says it was signed before the key was taken back counts when the
issuer serves the very same credential today, under the badge's own id, on an origin that its DID document links. One
that says it was signed later never counts. Nobody is asked for a badge whose signature does not fit.

Sources: W3C Controlled Identifiers v1.0, "Verification Methods" (`revoked`); DIF Well Known DID Configuration
(`LinkedDomains`). The rule itself is ours: the standard would refuse them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from badges.verify.files import Opened, answered
from badges.verify.foreign_json import as_list, issuer_id, objects, text, types
from badges.verify.lookups import Fetch, Lookups
from badges.verify.proof import check_proof, is_bound
from badges.verify.report import Finding, failed, warning
from signing.did import did_web_url
from signing.json_text import Json, read_object
from signing.keys import VerificationMethod
from signing.timestamps import as_timestamp, from_timestamp
from signing.verified_proof import VerifiedProof


def compare_issuer_copy(opened: Opened, outside: Lookups) -> tuple[Finding, VerifiedProof | None]:
    """What to make of a badge whose proof failed because its key was taken back."""
    ends: dict[str, datetime] = {}

    def forgiving(method: str, issuer: str) -> VerificationMethod:
        found = outside.find_key(method, issuer)
        if found.ends is not None:
            ends[found.id] = found.ends
        return replace(found, ends=None, asserts=True)

    assert opened.secured is not None
    _, proven = check_proof(opened.secured, outside, forgiving)
    since = ends.get(proven.verification_method.id) if proven else None
    if proven is None or since is None or not is_bound(proven):
        return failed("key_revoked"), None
    told = as_timestamp(since)
    try:
        if any(moment >= since for moment in _moments(opened, proven)):
            return failed("key_revoked_before", told), None
        if outside.fetch is not None and _is_given_out(proven.credential, outside.fetch):
            return warning("key_revoked_since", told), proven
    except Exception:  # whatever went wrong out there, nobody has vouched for it
        return failed("key_revoked", told), None
    return failed("key_revoked", told), None


def _moments(opened: Opened, proven: VerifiedProof) -> Iterator[datetime]:
    """When it says it was signed; raises ValueError where it does not say."""
    yield from_timestamp(proven.credential.get("validFrom", proven.credential.get("issuanceDate")))
    for proof in objects(opened.document.get("proof")):
        if proof.get("verificationMethod") == proven.verification_method.id and "created" in proof:
            yield from_timestamp(proof["created"])


def _is_given_out(credential: Json, fetch: Fetch) -> bool:
    address = text(credential, "id") or ""
    document = read_object(fetch(did_web_url(issuer_id(credential) or "")).decode())
    return _origin(address) in _linked(document) and answered(fetch(address)).credential == credential


def _linked(document: Json) -> Iterator[str]:
    """The origins that the issuer says are its own."""
    for service in objects(document.get("service")):
        if "LinkedDomains" in types(service):
            for endpoint in as_list(service.get("serviceEndpoint")):
                origins = as_list(endpoint.get("origins")) if isinstance(endpoint, dict) else [endpoint]
                yield from (_origin(origin) for origin in origins if isinstance(origin, str))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
