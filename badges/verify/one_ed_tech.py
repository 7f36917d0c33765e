"""run_probes: what the 1EdTech validator would say of the same file, probe by probe.

Badges are certified with that validator, so its answer is reported beside ours. It is not ours, because it trusts more:
a key embedded in the address of a proof without asking where it is published, a key in the header of a JWS without
comparing it with the issuer's, a JWS whose claims contradict its credential, and a status list signed by anyone.

Source: 1EdTech digital-credentials-public-validator, OB30Inspector.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from badges.foreign_json import VC_1_CONTEXT, VC_CONTEXT, as_list, issuer_id, objects, text, types
from badges.verify import form
from badges.verify.files import parse_document
from badges.verify.gathered import Gathered
from badges.verify.lookups import Lookups
from badges.verify.proof import check_proof
from badges.verify.report import LIMIT_REACHED, Finding, OneEdTech, Probe
from signing.did import key_in_proof
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import KeyFinder, VerificationMethod
from signing.timestamps import from_timestamp
from signing.verified_proof import VerifiedProof

_WORST_FIRST: tuple[OneEdTech, ...] = (
    "exception",
    "fatal",
    "error",
    "unknown",
    "warning",
    "valid",
    "not_run",
)
#: Codes where our check of a proof gave up; the validator may be able to check it.
_NOT_CHECKED_BY_US = ("unpinned_context", "could_not_check", LIMIT_REACHED)
#: Keys that the validator looks up and we do not: without TLS, and through a resolver for every DID method.
_LOOKED_UP_BY_VALIDATOR_ONLY = re.compile(r"http:|did:(?!(?:key|jwk|web|example):)")
#: Codes of files that hold nothing that anybody could read as a badge.
_NO_BADGE_FOR_ANYBODY = frozenset(
    {
        "empty",
        "not_a_badge",
        "no_credential",
        "no_badge_at_address",
        "converted_picture",
        "qr_code_without_address",
        "several_qr_codes",
        "web_page",
        "not_an_svg",
    }
)
_PERHAPS_UNREADABLE = frozenset({"baked_unusually", "unusual_text"})
_ED25519 = ("DataIntegrityProof", "Ed25519Signature2020")
_CRYPTOSUITES = ("eddsa-rdfc-2022", "eddsa-2022", "ecdsa-sd-2023")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def worst_outcome(probes: tuple[Probe, ...]) -> OneEdTech:
    """The worst outcome of the probes. `unknown` may hide an error, so it is worse than a warning."""
    outcomes = {probe.outcome for probe in probes}
    return next(outcome for outcome in _WORST_FIRST if outcome in outcomes)


def run_probes(gathered: Gathered, lookups: Lookups) -> tuple[Probe, ...]:
    """The probes in their order; after a fatal one, or an exception, the rest are not run."""
    # As it stands in the file: the validator makes nothing of null or of a list of one.
    credential = gathered.document
    by_name: tuple[tuple[str, Callable[[], OneEdTech]], ...] = (
        ("CredentialParseProbe", lambda: parse_probe(gathered.file.finding).outcome),
        ("JsonLDValidationProbe", lambda: _terms(gathered.terms)),
        ("ContextPropertyProbe", lambda: _context(credential)),
        ("TypePropertyProbe", lambda: _translate(form.check_type(credential), "fatal", "valid")),
        ("JsonSchemasProbe", lambda: _schema(gathered.schema)),
        ("InlineJsonSchemaProbe", lambda: _inline_schemas(gathered.inline_schemas)),
        ("CredentialSubjectProbe", lambda: _subject(credential)),
        ("EvidenceProbe", lambda: _evidence(credential)),
        ("IssuerProbe", lambda: _issuer(credential)),
        ("ProofProbe", lambda: _proof(gathered, lookups)),
        ("RefreshProbe", lambda: _refresh(gathered)),
        ("StatusProbe", lambda: _status(gathered)),
        ("ExpirationAndIssuanceProbe", lambda: _dates(credential, gathered.now)),
        ("EndorsementInspector", lambda: _endorsements(gathered)),
    )
    return run_until_fatal(by_name)


def run_until_fatal(by_name: tuple[tuple[str, Callable[[], OneEdTech]], ...]) -> tuple[Probe, ...]:
    """The probes in their order; after a fatal one, or an exception, the rest are not run."""
    probes: list[Probe] = []
    for name, probe in by_name:
        stopped = any(earlier.outcome in ("fatal", "exception") for earlier in probes)
        probes.append(Probe(name=name, outcome="not_run" if stopped else probe()))
    return tuple(probes)


def _translate(finding: Finding, if_failed: OneEdTech, if_warning: OneEdTech = "warning") -> OneEdTech:
    """Our outcome in the validator's terms."""
    outcomes: dict[str, OneEdTech] = {
        "passed": "valid",
        "warning": if_warning,
        "failed": if_failed,
        "unknown": "unknown",
    }
    return outcomes[finding.outcome]


def parse_probe(finding: Finding) -> Probe:
    """The probe that reads the badge file; a ZIP, a mail or an address is only how that file arrived.

    The validator finds an iTXt or a zTXt in a picture, but no tEXt, and reads some texts that are not as they should
    be; our finding does not say which it was. Of what is refused here for safety it may read more than we do.
    """
    outcome: OneEdTech = "unknown"
    if finding.code in _NO_BADGE_FOR_ANYBODY:
        outcome = "fatal"
    elif finding.outcome in ("passed", "warning") and finding.code not in _PERHAPS_UNREADABLE:
        outcome = "valid"
    return Probe(name="CredentialParseProbe", outcome=outcome)


def _terms(finding: Finding) -> OneEdTech:
    """The validator accepts inline contexts, which may be ambiguous and are therefore refused here."""
    return "unknown" if finding.code == "ambiguous_terms" else _translate(finding, "error")


def _context(credential: Json) -> OneEdTech:
    """The validator compares the first two contexts only."""
    first, second = (*as_list(credential.get("@context")), None, None)[:2]
    if first == VC_CONTEXT and second == form.OB_CONTEXT:
        return "valid"
    finding = form.check_context(credential)
    return "warning" if first in (VC_CONTEXT, VC_1_CONTEXT) and finding.outcome != "failed" else "error"


def _schema(finding: Finding) -> OneEdTech:
    """What only breaks the strict schema is a warning to the validator, what breaks both is an error."""
    return "error" if finding.code == "wrong_form" else _translate(finding, "error")


def _inline_schemas(finding: Finding) -> OneEdTech:
    """To the validator a schema that cannot be fetched is an error. It has fetched the official ones already."""
    if finding.code in ("schema_not_reached", "breaks_schema"):
        return "error"
    return _translate(finding, "error", "valid")


def _subject(credential: Json) -> OneEdTech:
    subject = credential.get("credentialSubject")
    if isinstance(subject, dict) and "type" not in subject:
        return "exception"
    finding = form.check_subject(credential)
    is_error = finding.code in ("no_criteria", "recipient_by_name", "recipient_unreadable")
    return "error" if finding.outcome == "failed" or is_error else "valid"


def _evidence(credential: Json) -> OneEdTech:
    evidence = objects(credential.get("evidence"))
    if any("type" not in item for item in evidence):
        return "exception"
    return "valid" if all("Evidence" in types(item) for item in evidence) else "error"


def _issuer(credential: Json) -> OneEdTech:
    """The validator also fetches the issuer's address, which we do not; no answer would be a warning only."""
    issuer = credential.get("issuer")
    if not isinstance(issuer, dict) or "type" not in issuer:
        return "exception"
    profiles = (issuer, *objects(issuer.get("parentOrg")))
    entries = objects(issuer.get("otherIdentifier"))
    has_right_types = all("Profile" in types(profile) for profile in profiles) and all(
        "IdentifierEntry" in types(entry) for entry in entries
    )
    return "valid" if has_right_types else "error"


# --- the proof


def _proof(gathered: Gathered, lookups: Lookups) -> OneEdTech:
    return _jws_proof(gathered) if gathered.file.is_jws else _embedded_proof(gathered, lookups)


def _jws_proof(gathered: Gathered) -> OneEdTech:
    """The validator accepts RS256 and ES256, any key in the header, and claims that contradict the credential."""
    proof = gathered.verified_proof or gathered.proof_by_embedded_key
    if proof is not None:
        return "valid" if proof.proof_name in ("vc-jwt", "vc-jwt-rs256") else "fatal"
    if gathered.proof.code in ("claims_disagree", "wrong_iss"):
        return "valid"
    return (
        "unknown"
        if gathered.proof.code in ("key_not_found", "key_without_tls", "could_not_check")
        else "fatal"
    )


def _embedded_proof(gathered: Gathered, lookups: Lookups) -> OneEdTech:
    """The validator checks the first proof of a type that may be Ed25519, and checks it as Ed25519."""
    entries = objects(gathered.file.document.get("proof"))
    if not entries:
        return "error"
    if "proofPurpose" not in entries[0]:
        return "exception"
    entry = next(
        (
            entry
            for entry in entries
            if types(entry) & {*_ED25519} and entry.get("proofPurpose") == "assertionMethod"
        ),
        None,
    )
    if entry is None or entry.get("cryptosuite", _CRYPTOSUITES[0]) not in _CRYPTOSUITES:
        return "error"
    method = text(entry, "verificationMethod") or ""
    only_proof = (gathered.verified_proof or gathered.proof_by_embedded_key) if len(entries) == 1 else None
    # With one proof our check and the validator's are the same; of several, ours may have taken another.
    proof = only_proof or _check_alone(gathered, entry, method, lookups)
    if isinstance(proof, str):
        return proof
    if method.startswith("did:key:") and "#" not in method:
        return "valid"  # the validator compares no issuer with such a key
    key = proof.verification_method
    if key.controller == issuer_id(proof.credential):
        return "valid"
    # A key that is a document of its own names its controller there, which the validator believes and we do not.
    return "unknown" if key.controller == key.id else "error"


def _check_alone(gathered: Gathered, entry: Json, method: str, lookups: Lookups) -> VerifiedProof | OneEdTech:
    """The VerifiedProof of one of the proofs, checked without the others; else the validator's outcome."""
    # The validator ignores `expires` of a proof: at a time long ago no proof has expired.
    lookups_long_ago = replace(lookups, now=_LONG_AGO)
    alone = parse_document(gathered.file.document | {"proof": [entry]})
    if alone.secured is None:
        return "error"
    finding, proof = check_proof(alone.secured, lookups_long_ago, _embedded_key_first(lookups))
    if proof is not None:
        return proof
    if finding.code == "key_not_found":
        return "unknown" if _LOOKED_UP_BY_VALIDATOR_ONLY.match(method) else "error"
    is_ambiguous = finding.code == "unsafe" and gathered.terms.code == "ambiguous_terms"
    return "unknown" if is_ambiguous or finding.code in _NOT_CHECKED_BY_US else "error"


def _embedded_key_first(lookups: Lookups) -> KeyFinder:
    """A KeyFinder that believes a key embedded in the address, as the validator does. Never for our own verdict."""

    def find_key(method: str, issuer: str) -> VerificationMethod:
        try:
            return key_in_proof(method, issuer)
        except KeyNotFoundError:
            return lookups.find_key(method, issuer)

    return find_key


# --- refresh, status, dates, endorsements


def _refresh(gathered: Gathered) -> OneEdTech:
    """Where no newer version can be fetched, the validator goes on with the one it has."""
    is_unknown = "refreshService" in gathered.credential and gathered.refresh.outcome == "unknown"
    return "unknown" if is_unknown else "valid"


def _status(gathered: Gathered) -> OneEdTech:
    """Only revocation counts. A list that cannot be fetched is a warning, one that is no list an error."""
    if "credentialStatus" not in gathered.credential:
        return "valid"
    match gathered.status.code:
        case "revoked":
            return "fatal"
        case "not_revoked" | "suspended":
            return "valid"
        case "list_not_reached":
            return "warning"
        case "list_unreadable" | "list_not_proven" | "list_too_short" | "no_such_entry":
            return "error"
        case _:
            return "unknown"


def _dates(credential: Json, now: datetime) -> OneEdTech:
    """The dates of both data models, each under its own names; one that is missing is not mentioned."""
    # The first wrong date decides whether the outcome is an exception or fatal, so the order is the validator's.
    for name in ("validFrom", "issuanceDate", "validUntil", "expirationDate"):
        if name not in credential:
            continue
        try:
            moment = from_timestamp(credential[name])
        except ValueError:
            return "exception"
        is_begin = name in ("validFrom", "issuanceDate")
        if now < moment if is_begin else now > moment:
            return "fatal"
    return "valid"


def _endorsements(gathered: Gathered) -> OneEdTech:
    """An endorsement that has expired, was revoked or was never signed fails the badge."""
    if gathered.endorsements.code == "endorsement_unsigned":
        return "error"
    if gathered.endorsements.code in ("endorsement_not_valid_now", "endorsement_revoked"):
        return "fatal"
    if gathered.endorsements.code == "endorsement_malformed":
        return "error"
    if gathered.endorsements.code == "endorsement_key_revoked":
        return "unknown"
    return _translate(gathered.endorsements, "error", "valid")
