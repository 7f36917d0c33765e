"""ask_status: what the lists say that a credential names. One that cannot be read never means "not revoked".

Sources: Bitstring Status List v1.0, "Validate Algorithm"; StatusList2021 (W3C CCG); 1EdTech Verifiable Credential
Revocation List 1.0.
"""

from __future__ import annotations

import re
from typing import Any

from badges.verify.files import answered
from badges.verify.foreign_json import as_list, issuer_id, objects, text, types
from badges.verify.lookups import Lookups
from badges.verify.proof import check_proof
from badges.verify.report import Finding, failed, passed, unknown, warning, worst
from signing.errors import ProofError, SigningError
from signing.json_text import Json, read_object
from signing.status import LENGTH, bit, decode
from signing.timestamps import from_timestamp

MAX_ENTRIES = 4
#: The type of an entry -> those of its list.
_LISTS = {
    "BitstringStatusListEntry": "BitstringStatusListCredential",
    "StatusList2021Entry": "StatusList2021Credential",
}
_PURPOSES = {"revocation": "revoked", "suspension": "suspended"}


def ask_status(credential: Json, outside: Lookups) -> Finding:
    """What all entries say together; the worst answer counts."""
    if "credentialStatus" not in credential:
        return passed("no_status")
    entries = objects(credential["credentialStatus"])
    if not entries or len(entries) > MAX_ENTRIES:
        return unknown("unknown_status")
    binding = [entry for entry in entries if entry.get("statusPurpose") not in ("refresh", "message")]
    if not binding:
        return passed("no_status")
    return worst([_entry_status(credential, entry, outside) for entry in binding])


def _entry_status(credential: Json, entry: Json, outside: Lookups) -> Finding:
    kind = next((name for name in as_list(entry.get("type")) if isinstance(name, str)), "")
    if kind == "1EdTechRevocationList":
        return _revocation_list(credential, entry, outside)
    url, purpose = text(entry, "statusListCredential"), entry.get("statusPurpose")
    index = str(entry.get("statusListIndex"))
    if kind not in _LISTS or not isinstance(purpose, str) or purpose not in _PURPOSES:
        return unknown("unknown_status", kind)
    if url is None or not re.fullmatch(r"[0-9]{1,10}", index) or entry.get("statusSize", 1) != 1:
        return unknown("unknown_status")
    answer = _ask(url, outside)
    if isinstance(answer, Finding):
        return answer
    trouble, bits = _read_list(answer, url, kind, purpose, credential, outside)
    if int(index) >= len(bits) * 8:
        return unknown(trouble or "no_such_entry", f"{url}#{index}")
    if bit(bits, int(index)):
        return failed(_PURPOSES[purpose], url)
    if trouble == "list_too_short":
        return warning(trouble, url)
    return unknown(trouble, url) if trouble else passed("not_revoked", url)


def _ask(url: str, outside: Lookups) -> bytes | Finding:
    try:
        return outside.find_status(url)
    except Exception as error:  # whatever went wrong out there, the answer is: we do not know
        return unknown("list_not_reached", f"{url}: {error.__class__.__name__}")


def _read_list(
    answer: bytes, url: str, kind: str, purpose: str, credential: Json, outside: Lookups
) -> tuple[str, bytes]:
    """The bits of a list that the issuer signed, with what is wrong with it, if anything; no bits of any other list.

    A bit that is on counts although its list is too short, or calls itself something else; one that is off does not
    count, but for the length: a short list hides its holders less well, and says the same.
    """
    try:
        opened = answered(answer)
    except UnicodeDecodeError:
        return "list_unreadable", b""
    if opened.secured is None:
        return "list_unreadable", b""
    found, proven = check_proof(opened.secured, outside)
    if proven is None:
        return "list_unreadable" if found.code == "unreadable" else "list_not_proven", b""
    listing = proven.credential
    if not issuer_id(credential) == issuer_id(listing) == proven.verification_method.controller:
        return "list_of_another", b""
    subject = listing.get("credentialSubject")
    if _LISTS[kind] not in types(listing) or not isinstance(subject, dict):
        return "list_unreadable", b""
    if purpose not in as_list(subject.get("statusPurpose")):
        return "list_wrong_purpose", b""
    try:
        if not _is_of_now(listing, outside):
            return "list_outdated", b""
        bits = _bits(subject.get("encodedList"))
    except (SigningError, ValueError):
        return "list_unreadable", b""
    if listing.get("id", url) != url:
        return "list_unreadable", bits
    return ("list_too_short" if len(bits) * 8 < LENGTH else ""), bits


def _is_of_now(listing: Json, outside: Lookups) -> bool:
    """Whether the list is valid now; in the data model 1.1, its dates have other names. Raises ValueError."""
    begins = listing.get("validFrom", listing.get("issuanceDate"))
    ends = listing.get("validUntil", listing.get("expirationDate"))
    return from_timestamp(begins) <= outside.now and (ends is None or outside.now <= from_timestamp(ends))


def _bits(encoded: Any) -> bytes:
    """The bits; the lists of 2021 did not yet say in which base they are written."""
    if not isinstance(encoded, str):
        raise ValueError("`encodedList` is not a text")
    return decode(encoded if encoded.startswith("u") else "u" + encoded.rstrip("="))


def _revocation_list(credential: Json, entry: Json, outside: Lookups) -> Finding:
    """The older list of 1EdTech: plain JSON, believed for where it is served; it names those that were revoked."""
    url = text(entry, "id")
    if url is None:
        return unknown("unknown_status")
    answer = _ask(url, outside)
    if isinstance(answer, Finding):
        return answer
    try:
        listing = read_object(answer.removeprefix(b"\xef\xbb\xbf").decode())
    except (ProofError, ValueError):
        return unknown("list_unreadable", url)
    revoked = listing.get("revokedCredential", [])
    if not isinstance(revoked, list):
        return unknown("list_unreadable", url)
    if issuer_id(listing) != issuer_id(credential):
        return unknown("list_of_another", url)
    for item in revoked:
        named = item if isinstance(item, str) else text(item, "id")
        taken_back = not isinstance(item, dict) or item.get("revoked", True) is not False
        if named is not None and named == credential.get("id") and taken_back:
            return failed("revoked", url)
    return passed("not_revoked", url)
