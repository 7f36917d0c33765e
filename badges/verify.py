"""verify: is this badge unchanged, from whom, still valid? A Report for any bytes at all.

Gather first, then judge: `_gather` reads the file and asks for keys and lists; every function of CHECKS only looks at
what was gathered. The codes, check by check (p passed, f failed, w warning, u unknown):

    parsed         p read_png, read_json, read_jws
                   f empty, too_large, not_a_badge, unreadable_json, unreadable_jws, no_credential, open_badges_2,
                     and the codes of badges.errors.PictureError
    context        p open_badges_3   w other_version   f not_open_badges_3, data_model_1
    type           p achievement_credential   f wrong_type
    subject        p achievement   w no_criteria, unknown_result   f no_subject, no_recipient, no_achievement
    issuer         p profile   w no_profile   f no_issuer
    proof          p signature_holds
                   f bad_signature, claims_disagree, malformed (these three: it was changed), unsafe,
                     wrong_purpose, proof_expired, unreadable
                   u no_proof, unknown_proof, wrong_algorithm, unpinned_context, key_not_found, could_not_check
    key_of_issuer  p key_of_issuer   f key_of_another   u not_checked
    status         p not_revoked, no_status   f revoked, suspended
                   u not_checked, unknown_status, list_not_reached, list_unreadable, list_not_proven,
                     list_of_another, list_outdated, list_wrong_purpose, list_too_short, no_such_entry
    validity       p valid, no_end   f not_yet_valid, expired, no_dates

Sources: Open Badges 3.0, "Verification and Validation"; VCDM 2.0; Bitstring Status List v1.0, "Validate Algorithm".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from badges.bake import JWS_TYPE, MAX_BYTES, SIGNATURE, secured_from, unbake
from badges.errors import NotBakedError, PictureError
from signing.checked import Checked
from signing.errors import ProofError, SigningError
from signing.jsontext import read_object
from signing.keys import KeyFinder
from signing.multibase import from_base64url
from signing.proofs import check as check_proof
from signing.secured import SecuredCredential
from signing.status import LENGTH, bit, decode
from signing.timestamps import from_timestamp

Json = dict[str, Any]
Outcome = Literal["passed", "failed", "warning", "unknown"]
Verdict = Literal[
    "verified", "revoked", "expired", "not_yet_valid", "changed", "wrong_issuer", "unverifiable", "unusable"
]

#: Gives what is served at the address of a status list; may raise anything when it cannot.
StatusFinder = Callable[[str], bytes]

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
VC_1_CONTEXT = "https://www.w3.org/2018/credentials/v1"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_OB_CONTEXTS = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]+\.[0-9]+)?\.json"
    r"|https://purl\.imsglobal\.org/spec/ob/v3p0/context/ob_v3p0\.jsonld"
)
_JWS = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
# What a proof that does not hold says about the credential; all other codes mean: we cannot tell.
_CHANGED = frozenset({"bad_signature", "claims_disagree", "malformed"})
_CANNOT_TELL = frozenset(
    {"no_proof", "unknown_proof", "wrong_algorithm", "unpinned_context", "key_not_found"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found. `code` is stable and names the sentence a page shows; `detail` is for the curious."""

    name: str
    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks in their order, the credential as far as it could be read, and one word for it all."""

    checks: tuple[Check, ...]
    credential: Json | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something gathered, or why there is nothing: an outcome with its code."""

    outcome: Outcome
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that was gathered about a file. `credential` is what was signed, once `proven` is there."""

    parsed: Finding
    credential: Json
    proof: Finding
    proven: Checked | None
    status: Finding
    now: datetime


def verify(file: bytes, find_key: KeyFinder, find_status: StatusFinder, now: datetime) -> Report:
    """The Report on a file: a baked PNG, a JSON credential or a compact JWS. Never raises, whatever the bytes.

    Keys and lists are fetched only for a badge whose form is right, lists only when its proof holds.
    """
    case = _gather(file, find_key, find_status, now)
    if case.parsed.outcome == "failed":
        return Report(checks=(parsed(case),), credential=None, verdict="unusable")
    checks = tuple(check(case) for check in CHECKS)
    return Report(checks=checks, credential=case.credential, verdict=_verdict(checks))


# --- the checks ---------------------------------------------------------------------------------


def parsed(case: Case) -> Check:
    """There is one credential in the file, and all readers read the same in it."""
    return _check("parsed", case.parsed)


def context(case: Case) -> Check:
    """The words are those of VCDM 2.0 and Open Badges 3.0, in this order."""
    contexts = case.credential.get("@context")
    first, second, *_ = (*contexts, None, None) if isinstance(contexts, list) else (contexts, None)
    if first == VC_1_CONTEXT:
        return _failed("context", "data_model_1")
    if first != VC_CONTEXT or not isinstance(second, str) or not _OB_CONTEXTS.fullmatch(second):
        return _failed("context", "not_open_badges_3")
    if second != OB_CONTEXT:
        return Check(name="context", outcome="warning", code="other_version", detail=second)
    return _passed("context", "open_badges_3")


def credential_type(case: Case) -> Check:
    """It is an AchievementCredential, by either of its two names."""
    types = _types(case.credential)
    if "VerifiableCredential" in types and types & {"OpenBadgeCredential", "AchievementCredential"}:
        return _passed("type", "achievement_credential")
    return _failed("type", "wrong_type")


def subject(case: Case) -> Check:
    """Someone is named, and what they achieved."""
    about = case.credential.get("credentialSubject")
    if not isinstance(about, dict) or "AchievementSubject" not in _types(about):
        return _failed("subject", "no_subject")
    if not isinstance(about.get("id"), str) and not _objects(about.get("identifier")):
        return _failed("subject", "no_recipient")
    achievement = about.get("achievement")
    if not isinstance(achievement, dict) or "Achievement" not in _types(achievement):
        return _failed("subject", "no_achievement")
    if not all(isinstance(achievement.get(name), str) for name in ("id", "name")):
        return _failed("subject", "no_achievement")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (criteria.get("id") or criteria.get("narrative")):
        return Check(name="subject", outcome="warning", code="no_criteria")
    described = [description.get("id") for description in _objects(achievement.get("resultDescription"))]
    for result in _objects(about.get("result")):
        if "resultDescription" in result and result["resultDescription"] not in described:
            return Check(name="subject", outcome="warning", code="unknown_result")
    return _passed("subject", "achievement")


def issuer(case: Case) -> Check:
    """The issuer is named, as a Profile."""
    issuer_id = _issuer_id(case.credential)
    if issuer_id is None:
        return _failed("issuer", "no_issuer")
    profile = case.credential["issuer"]
    if not isinstance(profile, dict) or "Profile" not in _types(profile):
        return Check(name="issuer", outcome="warning", code="no_profile", detail=issuer_id)
    return _passed("issuer", "profile", issuer_id)


def proof(case: Case) -> Check:
    """Not a letter was changed since it was signed."""
    return _check("proof", case.proof)


def key_of_issuer(case: Case) -> Check:
    """The key that signed is one that the issuer says is theirs."""
    if case.proven is None:
        return Check(name="key_of_issuer", outcome="unknown", code="not_checked")
    method = case.proven.verification_method
    if method.controller != _issuer_id(case.credential):
        return _failed("key_of_issuer", "key_of_another", method.controller)
    return _passed("key_of_issuer", "key_of_issuer", method.id)


def status(case: Case) -> Check:
    """The issuer has not taken it back. A list that cannot be had is never taken for "not revoked"."""
    return _check("status", case.status)


def validity(case: Case) -> Check:
    """It is valid already, and still."""
    try:
        begins = from_timestamp(case.credential.get("validFrom"))
        ends = from_timestamp(case.credential["validUntil"]) if "validUntil" in case.credential else None
        if case.now < begins:
            return _failed("validity", "not_yet_valid", begins.isoformat())
        if ends is not None and case.now > ends:
            return _failed("validity", "expired", ends.isoformat())
    except ValueError:
        return _failed("validity", "no_dates")
    return _passed("validity", "valid" if ends else "no_end")


CHECKS: tuple[Callable[[Case], Check], ...] = (
    parsed,
    context,
    credential_type,
    subject,
    issuer,
    proof,
    key_of_issuer,
    status,
    validity,
)


def _verdict(checks: tuple[Check, ...]) -> Verdict:
    """One word for it all; what is worst for someone who relies on the badge comes first."""
    found = {check.name: check for check in checks}
    failed = {check.name for check in checks if check.outcome == "failed"}
    unknown = {check.name for check in checks if check.outcome == "unknown"}
    if failed & {"parsed", "context", "type", "subject", "issuer"}:
        return "unusable"
    if found["proof"].code in _CHANGED:
        return "changed"
    if "proof" in failed | unknown:
        return "unverifiable"
    if "key_of_issuer" in failed:
        return "wrong_issuer"
    if "status" in failed:
        return "revoked"
    if "validity" in failed:
        return "not_yet_valid" if found["validity"].code == "not_yet_valid" else "expired"
    return "unverifiable" if unknown else "verified"


# --- gathering ----------------------------------------------------------------------------------


def _gather(file: bytes, find_key: KeyFinder, find_status: StatusFinder, now: datetime) -> Case:
    found, secured, credential = _read(file)
    proof, proven, status = _NOT_CHECKED, None, _NOT_CHECKED
    if secured is not None:
        proof, proven = _prove(secured, find_key, now)
    if proven is not None:
        credential = proven.credential
        if proven.verification_method.controller == _issuer_id(credential):
            status = _ask_status(credential, find_key, find_status, now)
    return Case(parsed=found, credential=credential, proof=proof, proven=proven, status=status, now=now)


_NOT_CHECKED = Finding(outcome="unknown", code="not_checked")


def _read(file: bytes) -> tuple[Finding, SecuredCredential | None, Json]:
    """What the file is, what is secured in it, and the credential as it reads before any proof is checked."""
    if not file.strip():
        return Finding(outcome="failed", code="empty"), None, {}
    if len(file) > MAX_BYTES:
        return Finding(outcome="failed", code="too_large"), None, {}
    try:
        baked = file.startswith(SIGNATURE)
        secured = unbake(file) if baked else secured_from(file.removeprefix(b"\xef\xbb\xbf").decode().strip())
    except (PictureError, NotBakedError) as error:
        return Finding(outcome="failed", code=error.code, detail=str(error)), None, {}
    except UnicodeDecodeError:
        return Finding(outcome="failed", code="not_a_badge"), None, {}
    try:
        credential = _unproven(secured)
    except (ProofError, ValueError) as error:
        code = "unreadable_jws" if secured.media_type == JWS_TYPE else "unreadable_json"
        if code == "unreadable_jws" and not _JWS.fullmatch(secured.text):
            code = "not_a_badge"
        return Finding(outcome="failed", code=code, detail=str(error)), None, {}
    read = "read_png" if baked else "read_jws" if secured.media_type == JWS_TYPE else "read_json"
    return Finding(outcome="passed", code=read), secured, credential


def _unproven(secured: SecuredCredential) -> Json:
    if secured.media_type != JWS_TYPE:
        return {name: value for name, value in read_object(secured.text).items() if name != "proof"}
    parts = _JWS.fullmatch(secured.text)
    if parts is None:
        raise ValueError("this is neither JSON nor a compact JWS")
    return read_object(from_base64url(parts[1]).decode())


def _prove(secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> tuple[Finding, Checked | None]:
    try:
        proven = check_proof(secured, find_key, now)
    except ProofError as error:
        outcome: Outcome = "unknown" if error.code in _CANNOT_TELL else "failed"
        return Finding(outcome=outcome, code=error.code, detail=str(error)), None
    except Exception as error:  # a Report is promised for any bytes, and libraries fail in ways of their own
        return Finding(outcome="unknown", code="could_not_check", detail=error.__class__.__name__), None
    return Finding(outcome="passed", code="signature_holds", detail=proven.proof_name), proven


def _ask_status(credential: Json, find_key: KeyFinder, find_status: StatusFinder, now: datetime) -> Finding:
    """What the status lists say that the credential names; the worst answer counts."""
    if "credentialStatus" not in credential:
        return Finding(outcome="passed", code="no_status")
    entries = _objects(credential["credentialStatus"])
    binding = [entry for entry in entries if entry.get("statusPurpose") not in ("refresh", "message")]
    if not binding:
        return Finding(outcome="unknown", code="unknown_status")
    answers = [_entry_status(credential, entry, find_key, find_status, now) for entry in binding]
    for outcome in ("failed", "unknown"):
        for answer in answers:
            if answer.outcome == outcome:
                return answer
    return answers[0]


def _entry_status(
    credential: Json, entry: Json, find_key: KeyFinder, find_status: StatusFinder, now: datetime
) -> Finding:
    url, purpose = entry.get("statusListCredential"), entry.get("statusPurpose")
    index = str(entry.get("statusListIndex"))
    if entry.get("type") != "BitstringStatusListEntry" or purpose not in ("revocation", "suspension"):
        return Finding(outcome="unknown", code="unknown_status", detail=str(entry.get("type"))[:100])
    if not isinstance(url, str) or not re.fullmatch(r"[0-9]{1,10}", index) or entry.get("statusSize", 1) != 1:
        return Finding(outcome="unknown", code="unknown_status")
    try:
        answer = find_status(url)
    except Exception as error:  # whatever went wrong out there, the answer is: we do not know
        return Finding(
            outcome="unknown", code="list_not_reached", detail=f"{url}: {error.__class__.__name__}"
        )
    trouble, bits = _read_list(answer, url, str(purpose), _issuer_id(credential), find_key, now)
    if trouble:
        return Finding(outcome="unknown", code=trouble, detail=url)
    if int(index) >= len(bits) * 8:
        return Finding(outcome="unknown", code="no_such_entry", detail=f"{url}#{index}")
    if not bit(bits, int(index)):
        return Finding(outcome="passed", code="not_revoked", detail=url)
    return Finding(outcome="failed", code="revoked" if purpose == "revocation" else "suspended", detail=url)


def _read_list(
    answer: bytes, url: str, purpose: str, badge_issuer: str | None, find_key: KeyFinder, now: datetime
) -> tuple[str, bytes]:
    """The bits of a status list that may be believed; or a code, and no bits."""
    try:
        secured = secured_from(answer.removeprefix(b"\xef\xbb\xbf").decode().strip())
        proven = check_proof(secured, find_key, now)
    except ProofError as error:
        return "list_unreadable" if error.code == "unreadable" else "list_not_proven", b""
    except Exception:  # as in _prove
        return "list_unreadable", b""
    listing = proven.credential
    if not badge_issuer == _issuer_id(listing) == proven.verification_method.controller:
        return "list_of_another", b""
    subject = listing.get("credentialSubject")
    if (
        "BitstringStatusListCredential" not in _types(listing)
        or not isinstance(subject, dict)
        or listing.get("id", url) != url
    ):
        return "list_unreadable", b""
    purposes = subject.get("statusPurpose")
    if purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        return "list_wrong_purpose", b""
    try:
        if now < from_timestamp(listing.get("validFrom")):
            return "list_outdated", b""
        if "validUntil" in listing and now > from_timestamp(listing["validUntil"]):
            return "list_outdated", b""
        bits = decode(str(subject.get("encodedList")))
    except (SigningError, ValueError):
        return "list_unreadable", b""
    return ("list_too_short", b"") if len(bits) * 8 < LENGTH else ("", bits)


# --- reading strangers' JSON --------------------------------------------------------------------


def _types(value: Json) -> set[str]:
    """The types of an object, whether they stand in a list or alone."""
    types = value.get("type")
    return {name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)}


def _objects(value: Any) -> list[Json]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _issuer_id(credential: Json) -> str | None:
    issuer = credential.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) and found else None


def _check(name: str, finding: Finding) -> Check:
    return Check(name=name, outcome=finding.outcome, code=finding.code, detail=finding.detail)


def _passed(name: str, code: str, detail: str = "") -> Check:
    return Check(name=name, outcome="passed", code=code, detail=detail)


def _failed(name: str, code: str, detail: str = "") -> Check:
    return Check(name=name, outcome="failed", code=code, detail=detail)
