"""probes: what the 1EdTech validator would say of the same file, probe by probe.

It is the validator by which badges are certified, so its word matters; it is not ours, because it believes whom it
should not: a key that stands in the address of a proof is never asked for where it says it is published, a key in the
header of a JWS need not be the issuer's, claims are not compared, and who signed a status list is not asked.

Source: 1EdTech digital-credentials-public-validator, OB30Inspector.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from badges.verify import form
from badges.verify.files import open_document
from badges.verify.foreign_json import VC_1_CONTEXT, VC_CONTEXT, as_list, issuer_id, objects, text, types
from badges.verify.gathered import Gathered
from badges.verify.lookups import Lookups
from badges.verify.proof import check_proof
from badges.verify.report import Finding, OneEdTech, Probe
from signing.did import key_in_proof
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import KeyFinder, VerificationMethod
from signing.timestamps import from_timestamp
from signing.verified_proof import VerifiedProof

_WORST: tuple[OneEdTech, ...] = ("exception", "fatal", "error", "unknown", "warning", "valid", "not_run")
#: Why we cannot tell whether a proof holds; others may.
_NOT_KNOWN = ("unpinned_context", "could_not_check")
#: Where it looks for a key and we do not: without TLS, and through a resolver of every kind of DID. One is nobody's.
_LOOKED_UP_BY_IT_ALONE = re.compile(r"http:|did:(?!(?:key|jwk|web|example):)")
_ED25519 = ("DataIntegrityProof", "Ed25519Signature2020")
_CRYPTOSUITES = ("eddsa-rdfc-2022", "eddsa-2022", "ecdsa-sd-2023")


def overall(found: tuple[Probe, ...]) -> OneEdTech:
    """The worst of all probes. One that says `unknown` may hide a failure, so it counts for more than a warning."""
    outcomes = {probe.outcome for probe in found}
    return next(outcome for outcome in _WORST if outcome in outcomes)


def probes(case: Gathered, outside: Lookups) -> tuple[Probe, ...]:
    """The probes in their order; where one is fatal, those behind it are not run."""
    found: list[Probe] = []
    for name, outcome in (
        ("CredentialParseProbe", lambda: _parse(case)),
        ("JsonLDValidationProbe", lambda: _terms(case.terms)),
        ("ContextPropertyProbe", lambda: _context(case.credential)),
        ("TypePropertyProbe", lambda: _finding(form.credential_type(case.credential), "fatal", "valid")),
        ("JsonSchemasProbe", lambda: _finding(case.schema, "error")),
        ("InlineJsonSchemaProbe", lambda: _inline_schemas(case.inline_schemas)),
        ("CredentialSubjectProbe", lambda: _subject(case.credential)),
        ("EvidenceProbe", lambda: _evidence(case.credential)),
        ("IssuerProbe", lambda: _issuer(case.credential)),
        ("ProofProbe", lambda: _proof(case, outside)),
        ("RefreshProbe", lambda: _refresh(case)),
        ("StatusProbe", lambda: _status(case)),
        ("ExpirationAndIssuanceProbe", lambda: _dates(case)),
        ("EndorsementInspector", lambda: _endorsements(case)),
    ):
        stopped = any(probe.outcome in ("fatal", "exception") for probe in found)
        found.append(Probe(name=name, outcome="not_run" if stopped else outcome()))
    return tuple(found)


def _finding(finding: Finding, failure: OneEdTech, mention: OneEdTech = "warning") -> OneEdTech:
    outcomes: dict[str, OneEdTech] = {
        "passed": "valid",
        "warning": mention,
        "failed": failure,
        "unknown": "unknown",
    }
    return outcomes[finding.outcome]


def _parse(case: Gathered) -> OneEdTech:
    """It finds an iTXt or a zTXt in a picture, but no tEXt; which of the three it was is not kept."""
    return "unknown" if case.opened.parsed.code == "baked_unusually" else "valid"


def _terms(found: Finding) -> OneEdTech:
    """What is ambiguous to us is not to it: it reads whatever meaning a badge brings along, as we do not."""
    return "unknown" if found.code == "ambiguous_terms" else _finding(found, "error")


def _context(credential: Json) -> OneEdTech:
    """By position, whatever stands behind."""
    first, second = (*as_list(credential.get("@context")), None, None)[:2]
    if first == VC_CONTEXT and second == form.OB_CONTEXT:
        return "valid"
    finding = form.context(credential, None)
    return "warning" if first in (VC_CONTEXT, VC_1_CONTEXT) and finding.outcome != "failed" else "error"


def _inline_schemas(found: Finding) -> OneEdTech:
    """One that does not answer is an error to it, as is one that is broken; the official one was asked before."""
    return "error" if found.code == "schema_not_reached" else _finding(found, "error", "valid")


def _subject(credential: Json) -> OneEdTech:
    about = credential.get("credentialSubject")
    if isinstance(about, dict) and "type" not in about:
        return "exception"
    finding = form.subject(credential)
    return "error" if finding.outcome == "failed" or finding.code == "no_criteria" else "valid"


def _evidence(credential: Json) -> OneEdTech:
    evidence = objects(credential.get("evidence"))
    if any("type" not in item for item in evidence):
        return "exception"
    return "valid" if all("Evidence" in types(item) for item in evidence) else "error"


def _issuer(credential: Json) -> OneEdTech:
    """Whether its address answers, which would be a warning only, is not asked here."""
    issuer = credential.get("issuer")
    if not isinstance(issuer, dict) or "type" not in issuer:
        return "exception"
    parents = objects(issuer.get("parentOrg"))
    entries = objects(issuer.get("otherIdentifier"))
    sound = all("Profile" in types(profile) for profile in (issuer, *parents)) and all(
        "IdentifierEntry" in types(entry) for entry in entries
    )
    return "valid" if sound else "error"


# --- the proof


def _proof(case: Gathered, outside: Lookups) -> OneEdTech:
    return _external(case) if case.opened.is_jws else _embedded(case, outside)


def _external(case: Gathered) -> OneEdTech:
    """RS256 and ES256 alone; a key that the token brings along will do, and the claims may say anything."""
    found = case.proven or case.stated
    if found is not None:
        return "valid" if found.proof_name in ("vc-jwt", "vc-jwt-rs256") else "fatal"
    if case.proof.code == "claims_disagree":
        return "valid"
    return "unknown" if case.proof.code in ("key_not_found", "could_not_check") else "fatal"


def _embedded(case: Gathered, outside: Lookups) -> OneEdTech:
    """Its first proof of a kind that may be Ed25519 is checked, as if it were."""
    proofs = objects(case.opened.document.get("proof"))
    if not proofs:
        return "error"
    if "proofPurpose" not in proofs[0]:
        return "exception"
    chosen = next(
        (
            proof
            for proof in proofs
            if types(proof) & {*_ED25519} and proof.get("proofPurpose") == "assertionMethod"
        ),
        None,
    )
    if chosen is None or chosen.get("cryptosuite", _CRYPTOSUITES[0]) not in _CRYPTOSUITES:
        return "error"
    method = text(chosen, "verificationMethod") or ""
    found = (case.proven or case.stated) if len(proofs) == 1 else None
    proven = found or _checked_alone(case, chosen, method, outside)
    if isinstance(proven, str):
        return proven
    if method.startswith("did:key:") and "#" not in method:
        return "valid"
    found_key = proven.verification_method
    if found_key.controller == issuer_id(proven.credential):
        return "valid"
    # A key that is its own document says there whose it is, which counts for it, and not for us.
    return "unknown" if found_key.controller == found_key.id else "error"


def _checked_alone(case: Gathered, chosen: Json, method: str, outside: Lookups) -> VerifiedProof | OneEdTech:
    """What the signature of one proof covers; else what the validator says of that proof."""
    # It knows no `expires`, so the signature is looked at as of long ago.
    long_ago = replace(outside, now=datetime(1970, 1, 1, tzinfo=UTC))
    alone = open_document(case.opened.document | {"proof": [chosen]})
    if alone.secured is None:
        return "error"
    finding, proven = check_proof(alone.secured, long_ago, _spelled_first(outside))
    if proven is not None:
        return proven
    if finding.code == "key_not_found":
        return "unknown" if _LOOKED_UP_BY_IT_ALONE.match(method) else "error"
    unread = finding.code == "unsafe" and case.terms.code == "ambiguous_terms"
    return "unknown" if unread or finding.code in _NOT_KNOWN else "error"


def _spelled_first(outside: Lookups) -> KeyFinder:
    def find_key(method: str, issuer: str) -> VerificationMethod:
        try:
            return key_in_proof(method, issuer)
        except KeyNotFoundError:
            return outside.find_key(method, issuer)

    return find_key


# --- what it says about now


def _refresh(case: Gathered) -> OneEdTech:
    """Where nothing newer is to be had, it goes on with what it has."""
    return "unknown" if "refreshService" in case.credential and case.refresh.outcome == "unknown" else "valid"


def _status(case: Gathered) -> OneEdTech:
    """Only revocation counts. A list that does not answer is a warning, one that is no list an error."""
    if "credentialStatus" not in case.credential:
        return "valid"
    match case.status.code:
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


def _dates(case: Gathered) -> OneEdTech:
    """Both data models, each under its own names; nothing is said of a date that is not there."""
    for names, late in ((("validFrom", "issuanceDate"), False), (("validUntil", "expirationDate"), True)):
        for name in names:
            if name not in case.credential:
                continue
            try:
                moment = from_timestamp(case.credential[name])
            except ValueError:
                return "exception"
            if (case.now > moment) if late else (case.now < moment):
                return "fatal"
    return "valid"


def _endorsements(case: Gathered) -> OneEdTech:
    """An endorsement that has ended, was revoked, or was never signed, fails the badge."""
    if case.endorsements.code == "endorsement_unsigned":
        return "error"
    if case.endorsements.code in ("endorsement_not_valid_now", "endorsement_revoked"):
        return "fatal"
    return _finding(case.endorsements, "error", "valid")
