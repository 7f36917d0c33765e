"""check_status: what the status lists that a credential names say about it.

A list that cannot be fetched, read or trusted never means "not revoked": blocking it would hide a revocation.

Sources: Bitstring Status List v1.0, "Validate Algorithm"; StatusList2021 (W3C CCG); 1EdTech Verifiable Credential
Revocation List 1.0.
"""

from __future__ import annotations

import re
from typing import Any

from badges.errors import BudgetSpentError
from badges.foreign_json import as_list, issuer_id, objects, text, types
from badges.verify.files import parse_response
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.proof import check_proof
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown, warning, worst
from badges.verify.texts import is_without_tls
from badges.verify.validity_period import check_validity
from signing.errors import ProofError, SigningError
from signing.json_text import Json, read_object
from signing.status import LENGTH, bit, decode

#: Each costs a list and the key that signed it.
MAX_ENTRIES = 4
_INDEX = re.compile(r"[0-9]{1,10}")
#: Type of a status entry -> type of the credential that is its list.
_LISTS = {
    "BitstringStatusListEntry": "BitstringStatusListCredential",
    "StatusList2021Entry": "StatusList2021Credential",
}
_PURPOSES = {"revocation": "revoked", "suspension": "suspended"}
#: What the finding on a list's proof means for the list; any other: that it is not proven.
_PROOF_PROBLEMS = {"unreadable": "list_unreadable", LIMIT_REACHED: LIMIT_REACHED}
#: Entries with these purposes say nothing about validity.
_OTHER_PURPOSES = ("refresh", "message")


def check_status(credential: Json, lookups: Lookups) -> Finding:
    """The worst finding of all status entries of a normalised credential."""
    if "credentialStatus" not in credential:
        return passed("no_status")
    entries = objects(credential["credentialStatus"])
    if len(entries) < len(as_list(credential["credentialStatus"])) or len(entries) > MAX_ENTRIES:
        return unknown("unknown_status")
    relevant = [entry for entry in entries if entry.get("statusPurpose") not in _OTHER_PURPOSES]
    if not relevant:
        return passed("no_status")
    return worst([_check_entry(credential, entry, lookups) for entry in relevant])


def _check_entry(credential: Json, entry: Json, lookups: Lookups) -> Finding:
    kind = next((name for name in as_list(entry.get("type")) if isinstance(name, str)), "")
    if kind == "1EdTechRevocationList":
        return _check_revocation_list(credential, entry, lookups)
    url, purpose = text(entry, "statusListCredential"), entry.get("statusPurpose")
    index = str(entry.get("statusListIndex"))
    if kind not in _LISTS or not isinstance(purpose, str) or purpose not in _PURPOSES:
        return unknown("unknown_status", kind)
    if url is None or not _INDEX.fullmatch(index) or entry.get("statusSize", 1) != 1:
        return unknown("unknown_status")
    answer = _fetch_list(url, lookups)
    if isinstance(answer, Finding):
        return answer
    # The index is compared with the bits first: without trusted bits every index is beyond the list, so `unknown`.
    problem, bits = _read_list(answer, url, kind, purpose, credential, lookups)
    if int(index) >= len(bits) * 8:
        return unknown(problem or "no_such_entry", f"{url}#{index}")
    if bit(bits, int(index)):
        known_as_revoked = lookups.is_revoked is not None and lookups.is_revoked(text(credential, "id") or "")
        return failed("revoked" if known_as_revoked else _PURPOSES[purpose], url)
    if problem == "list_too_short":
        return warning(problem, url)
    return unknown(problem, url) if problem else passed("not_revoked", url)


def _fetch_list(url: str, lookups: Lookups) -> bytes | Finding:
    """The body of the list, or the Finding that it could not be fetched."""
    try:
        return lookups.find_status(url)
    except BudgetSpentError:
        return unknown(LIMIT_REACHED, url)
    except Exception as error:  # noqa: BLE001 - a StatusFinder may raise anything, and each means: we do not know
        if is_without_tls(url):
            # Without TLS only a list that is at hand can be had, such as one of this site itself.
            return unknown("list_without_tls", url)
        return unknown("list_not_reached", f"{url}: {error.__class__.__name__}")


def _read_list(
    answer: bytes, url: str, kind: str, purpose: str, credential: Json, lookups: Lookups
) -> tuple[str, bytes]:
    """The code of the first problem of a list, or "", and its bits; no bits unless the credential's issuer signed it.

    A set bit counts even if the list is too short or has another id: the issuer signed it. A bit that is not set counts
    only without a problem, except for the length: the minimum length protects the privacy of holders, not the answer.
    """
    try:
        parsed = parse_response(answer)
    except UnicodeDecodeError:
        return "list_unreadable", b""
    if parsed.secured is None:
        return "list_unreadable", b""
    finding, proof = check_proof(parsed.secured, lookups)
    if proof is None:
        return _PROOF_PROBLEMS.get(finding.code, "list_not_proven"), b""
    listing = normalised(proof.credential)
    # Else anybody who can serve a list at the address, or sign one in the issuer's name, could clear a revocation.
    if not issuer_id(credential) == issuer_id(listing) == proof.verification_method.controller:
        return "list_of_another", b""
    subject = listing.get("credentialSubject")
    if _LISTS[kind] not in types(listing) or not isinstance(subject, dict):
        return "list_unreadable", b""
    if purpose not in as_list(subject.get("statusPurpose")):
        return "list_wrong_purpose", b""
    validity = check_validity(listing, lookups.now)
    if validity.outcome == "failed":
        return "list_outdated", b""
    if validity.outcome == "unknown":
        return "list_unreadable", b""
    try:
        bits = _decode_bits(subject.get("encodedList"))
    except (SigningError, ValueError):
        return "list_unreadable", b""
    if listing.get("id", url) != url:
        return "list_unreadable", bits
    return ("list_too_short" if len(bits) * 8 < LENGTH else ""), bits


def _decode_bits(encoded: Any) -> bytes:
    """The bits of an `encodedList`. StatusList2021 writes it without the multibase letter `u`.

    Raises ValueError or StatusListError.
    """
    if not isinstance(encoded, str):
        raise ValueError("`encodedList` is not a text")
    return decode(encoded if encoded.startswith("u") else "u" + encoded.rstrip("="))


def _check_revocation_list(credential: Json, entry: Json, lookups: Lookups) -> Finding:
    """Whether the older list of 1EdTech names the credential. It is plain JSON, trusted for its address alone."""
    url = text(entry, "id")
    if url is None:
        return unknown("unknown_status")
    answer = _fetch_list(url, lookups)
    if isinstance(answer, Finding):
        return answer
    try:
        listing = read_object(answer.removeprefix(b"\xef\xbb\xbf").decode())
    except (ProofError, ValueError):
        return unknown("list_unreadable", url)
    entries = listing.get("revokedCredential", [])
    if not isinstance(entries, list):
        return unknown("list_unreadable", url)
    if issuer_id(listing) != issuer_id(credential):
        return unknown("list_of_another", url)
    for item in entries:
        listed_id = item if isinstance(item, str) else text(item, "id")
        # Only `false` itself clears an entry: a value such as "yes" is taken for a revocation.
        is_revoked = not isinstance(item, dict) or item.get("revoked", True) is not False
        if listed_id is not None and listed_id == credential.get("id") and is_revoked:
            return failed("revoked", url)
    return passed("not_revoked", url)
