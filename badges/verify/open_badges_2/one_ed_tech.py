"""run_probes: what the 1EdTech validator would say of the same file of Open Badges 2.0, probe by probe.

Its answer is reported beside ours, and is not ours: it judges the file where we judge what the issuer serves, and it
asks for neither the assertion nor whether that was revoked.

Source: 1EdTech digital-credentials-public-validator, OB20Inspector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from badges.foreign_json import as_list, single, text, types
from badges.verify.files import ParsedFile
from badges.verify.lookups import Lookups
from badges.verify.one_ed_tech import parse_probe, run_until_fatal
from badges.verify.open_badges_2.form import CONTEXT, DESCRIBED, known_documents
from badges.verify.open_badges_2.references import References, VerifiedAssertion
from badges.verify.open_badges_2.revocation_list import check_revocation_list
from badges.verify.open_badges_2.rules import Breach, find_breaches, normalised
from badges.verify.report import Finding, OneEdTech, Probe
from badges.verify.served import NotServedError, fetch_json
from signing.absent import without_absent
from signing.json_text import Json
from signing.timestamps import from_timestamp

#: Outcomes of a breach, the worst first.
_WORST_FIRST: tuple[OneEdTech, ...] = ("fatal", "error", "warning")


def run_probes(
    file: ParsedFile,
    verified: VerifiedAssertion | None,
    proof: Finding,
    extensions: Finding,
    lookups: Lookups,
) -> tuple[Probe, ...]:
    """The probes in their order; after a fatal one, or an exception, the rest are not run.

    `verified` is what our own check found, if it did; `proof` and `extensions` are its findings.
    """
    if file.address is not None:
        # The validator has no word for a picture with nothing in it but an address.
        return (Probe(name="CredentialParseProbe", outcome="unknown"),)
    assertion: Json = normalised(without_absent(file.credential))
    if types(assertion) & DESCRIBED:
        return run_until_fatal(
            (
                ("CredentialParseProbe", lambda: parse_probe(file.finding).outcome),
                ("ContextPropertyProbe", lambda: _context(assertion)),
                ("ValidationPropertyProbe", lambda: _described(assertion)),
            )
        )
    references = _references_of(assertion, verified, lookups)
    return run_until_fatal(
        (
            ("CredentialParseProbe", lambda: parse_probe(file.finding).outcome),
            ("ContextPropertyProbe", lambda: _context(assertion)),
            ("TypePropertyProbe", lambda: "valid" if "Assertion" in types(assertion) else "fatal"),
            ("ValidationPropertyProbe", lambda: _properties(assertion, references)),
            ("VerificationDependenciesProbe", lambda: _dependencies(assertion, references)),
            ("AssertionRevocationListProbe", lambda: _revocation_list(assertion, verified, lookups)),
            ("VerificationJWTProbe", lambda: _signature(verified, proof) if file.is_jws else "valid"),
            ("ExpirationAndIssuanceProbe", lambda: _dates(file.credential, lookups.now)),
            ("ExtensionProbe", lambda: _extensions(references, extensions)),
            (
                "EndorsementInspector",
                lambda: "unknown" if _has_endorsements(assertion, references) else "valid",
            ),
        )
    )


def _references_of(
    assertion: Json, verified: VerifiedAssertion | None, lookups: Lookups
) -> References | None:
    """The documents that the file refers to, where they are those that were fetched; else None.

    A badge class embedded in the file has an address too, at which the validator looks it up.
    """
    if verified is None:
        return None
    badge, served = single(assertion.get("badge")), single(verified.assertion.get("badge"))
    address = text(badge, "id") if isinstance(badge, dict) else badge
    if address is None or address != (text(served, "id") if isinstance(served, dict) else served):
        return None
    if not isinstance(served, dict):
        return verified.references
    if verified.key_of_issuer.outcome != "passed":
        return None
    try:
        badge_class = without_absent(fetch_json(address, lookups))
    except NotServedError:
        return None
    is_same = single(badge_class.get("issuer")) in (
        issuer := single(served.get("issuer")),
        text(issuer, "id"),
    )
    return replace(verified.references, badge_class=badge_class) if is_same else None


def _context(assertion: Json) -> OneEdTech:
    contexts = [context for context in as_list(assertion.get("@context")) if isinstance(context, str)]
    return "valid" if not contexts or contexts[0] == CONTEXT else "error"


def _properties(assertion: Json, references: References | None) -> OneEdTech:
    """The worst breach; unknown where there is none in the file, and the other documents were not fetched."""
    issuer = references.issuer if references else None
    known = known_documents(assertion, references) if references else {}
    outcome = _worst(list(find_breaches(assertion, "Assertion", known.get)))
    return "unknown" if outcome == "valid" and issuer is None else outcome


def _described(document: Json) -> OneEdTech:
    """A badge class or an issuer by itself, whose other documents are not fetched: nobody was awarded anything."""
    class_name = "BadgeClass" if "BadgeClass" in types(document) else "Profile"
    outcome = _worst(list(find_breaches(document, class_name, lambda _: None)))
    return "unknown" if outcome == "valid" and class_name == "BadgeClass" else outcome


def _worst(breaches: list[Breach]) -> OneEdTech:
    found = {breach.severity for breach in breaches}
    return next((outcome for outcome in _WORST_FIRST if outcome in found), "valid")


def _dependencies(assertion: Json, references: References | None) -> OneEdTech:
    """Whether the assertion's id is where its issuer hosts assertions, as the validator reads the issuer's rule."""
    verification = assertion.get("verification")
    if not isinstance(verification, dict) or text(verification, "type") is None:
        return "exception"
    if verification["type"] != "HostedBadge":
        return "valid"
    if references is None or references.issuer is None:
        return "unknown"
    address, profile = text(assertion, "id") or "", references.issuer.profile
    rule = profile.get("verification")
    rule = rule if isinstance(rule, dict) else {}
    prefixes = [prefix for prefix in as_list(rule.get("startsWith")) if isinstance(prefix, str)]
    if "startsWith" in rule and not any(address.startswith(prefix) for prefix in prefixes):
        return "error"
    own_id = text(profile, "id") or ""
    origins = as_list(rule.get("allowedOrigins")) or [_authority(own_id)]
    if not own_id.startswith("http"):
        return "warning"
    return "valid" if _authority(address) in origins else "error"


def _authority(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].partition("?")[0]


def _revocation_list(assertion: Json, verified: VerifiedAssertion | None, lookups: Lookups) -> OneEdTech:
    if verified is None or verified.key_of_issuer.outcome != "passed":
        return "unknown"
    match check_revocation_list(assertion, verified.references.issuer, lookups).code:
        case "revoked":
            return "error"
        case "no_status" | "not_revoked":
            return "valid"
        case _:
            return "unknown"


def _signature(verified: VerifiedAssertion | None, proof: Finding) -> OneEdTech:
    """The validator accepts the algorithms of RSA that JWS has; we accept the one that Open Badges 2.0 names."""
    if verified is None:
        return "error" if proof.code == "bad_signature" else "unknown"
    outcomes: dict[str, OneEdTech] = {"passed": "valid", "failed": "error"}
    return outcomes.get(verified.key_of_issuer.outcome, "unknown")


def _dates(credential: Json, now: datetime) -> OneEdTech:
    """The end, and then the beginning, in the form of Open Badges 2.0; any other is an exception."""
    if credential.get("expires") is not None:
        outcome = _date(credential["expires"], lambda moment: now > moment)
        if outcome != "valid":
            return outcome
    return _date(credential["issuedOn"], lambda moment: now < moment) if "issuedOn" in credential else "valid"


def _date(value: object, is_outside: Callable[[datetime], bool]) -> OneEdTech:
    try:
        return "fatal" if is_outside(from_timestamp(value)) else "valid"
    except ValueError:
        return "exception"


def _extensions(references: References | None, extensions: Finding) -> OneEdTech:
    outcomes: dict[str, OneEdTech] = {"passed": "valid", "failed": "error"}
    return outcomes.get(extensions.outcome, "unknown") if references is not None else "unknown"


def _has_endorsements(assertion: Json, references: References | None) -> bool:
    documents = [assertion, references.badge_class if references else {}]
    return any("endorsement" in document for document in documents)
