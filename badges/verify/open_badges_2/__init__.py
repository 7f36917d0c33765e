"""check_open_badges_2: the Report on badges of Open Badges 2.0, 1.x and 0.5.

Their proof is that the issuer's site serves the assertion, or the key that signed it: without `fetch` they cannot be
verified. Source: Open Badges 2.0, "Verification".
"""

from __future__ import annotations

import re
from datetime import datetime

from badges.foreign_json import kind_of, single, text, types
from badges.verify.files import ParsedFile
from badges.verify.lookups import Lookups
from badges.verify.one_ed_tech import worst_outcome
from badges.verify.open_badges_2.form import (
    DESCRIBED,
    check_context,
    check_extensions,
    check_form,
    check_type,
)
from badges.verify.open_badges_2.hosted import check_hosted_assertion
from badges.verify.open_badges_2.in_terms_of_3 import in_terms_of_3
from badges.verify.open_badges_2.moments import read_end, read_moments
from badges.verify.open_badges_2.one_ed_tech import run_probes
from badges.verify.open_badges_2.references import References, VerifiedAssertion
from badges.verify.open_badges_2.signed import check_signed_assertion
from badges.verify.recipient import check_recipient
from badges.verify.report import NOT_CHECKED, Finding, Report, as_check, failed, passed, unknown, warning
from badges.verify.served import NotServedError
from badges.verify.validity_period import judge_period, moments_of
from badges.verify.verdict import decide_verdict
from signing.absent import without_absent
from signing.json_text import Json

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def is_open_badges_2(file: ParsedFile) -> bool:
    """Whether the file holds an assertion, the address of one, or a document that assertions refer to."""
    return (
        file.address is not None
        or kind_of(file.credential) == "open_badges_2"
        or bool(types(file.credential) & DESCRIBED)
    )


def check_open_badges_2(file: ParsedFile, lookups: Lookups, recipient: str | None) -> Report:
    """The Report on an assertion, or on the address of one."""
    assertion, verified, proof = without_absent(file.credential), None, NOT_CHECKED
    try:
        verified = _check_assertion(file, assertion, lookups)
        assertion, proof = verified.assertion, verified.proof
    except NotServedError as error:
        proof = error.finding
    references = verified.references if verified else References()
    # What a badge names is fetched only where it is known to be its issuer's.
    trusted_lookups = lookups if verified and verified.key_of_issuer.outcome == "passed" else None
    extensions = check_extensions(assertion, references, trusted_lookups)
    in_open_badges_3 = in_terms_of_3(assertion, references)
    is_whole = bool(assertion.keys() - {"id", "revoked", "revocationReason", "@context", "type"})
    checks = (
        as_check("parsed", file.finding),
        as_check("terms", NOT_CHECKED),
        as_check("context", check_context(assertion)),
        as_check("type", check_type(assertion)),
        as_check("schema", check_form(assertion, references) if is_whole else unknown("no_rules")),
        as_check("inline_schemas", extensions),
        as_check("subject", _check_subject(assertion, in_open_badges_3) if is_whole else NOT_CHECKED),
        as_check("issuer", _check_issuer(references)),
        as_check("proof", proof),
        as_check("key_of_issuer", verified.key_of_issuer if verified else NOT_CHECKED),
        as_check("status", verified.status if verified else NOT_CHECKED),
        as_check("validity", _check_validity(assertion, lookups.now)),
        as_check("recipient", check_recipient(in_open_badges_3, recipient)),
    )
    probes = run_probes(file, verified, proof, extensions, lookups)
    return Report(
        checks=checks,
        credential=assertion or None,
        verdict=decide_verdict(checks),
        one_ed_tech=worst_outcome(probes),
        probes=probes,
        in_open_badges_3=in_open_badges_3 if assertion else None,
        secured=file.secured,
    )


def _check_assertion(file: ParsedFile, assertion: Json, lookups: Lookups) -> VerifiedAssertion:
    """The assertion as it is served, or signed. Raises NotServedError."""
    if file.address is not None:
        return check_hosted_assertion(file.address, {}, lookups)
    if types(assertion) & DESCRIBED:
        raise NotServedError(NOT_CHECKED)
    try:
        kinds = _kinds_of_verification(assertion)
    except ValueError as error:
        raise NotServedError(unknown("verification_unreadable")) from error
    if "signed" in kinds or (not kinds and file.is_jws):
        return check_signed_assertion(file, lookups)
    address = hosted_address(assertion)
    if address is None:
        raise NotServedError(unknown("hosted_nowhere"))
    return check_hosted_assertion(address, assertion, lookups)


def _kinds_of_verification(assertion: Json) -> set[str]:
    """`hosted` or `signed`; empty where the assertion does not say. Raises ValueError where that cannot be read."""
    if not {"verification", "verify"} & assertion.keys():
        return set()
    verification = single(assertion.get("verification", assertion.get("verify")))
    names = {re.split("[:#]", name)[-1].lower() for name in types(verification)}
    kinds = {name.removesuffix("badge") for name in names} & {"hosted", "signed"}
    if len(kinds) != 1:
        raise ValueError("neither hosted nor signed")
    return kinds


def hosted_address(assertion: Json) -> str | None:
    """The address at which an assertion says it is hosted, if it is one: its id, or in 1.0 that of its `verify`."""
    named = (text(single(assertion.get(name)), "url") for name in ("verification", "verify"))
    for address in (text(assertion, "id"), *named):
        if address and _WEB_ADDRESS.fullmatch(address):
            return address
    return None


def names_no_address(document: Json) -> bool:
    """Whether it is an assertion of Open Badges 0.5 or 1.0 that leaves open where, and whether, it is hosted."""
    assertion = without_absent(document)
    says_how = {"verification", "verify"} & assertion.keys()
    return kind_of(assertion) == "open_badges_2" and not says_how and hosted_address(assertion) is None


def _check_subject(assertion: Json, in_open_badges_3: Json) -> Finding:
    if "identifier" in in_open_badges_3["credentialSubject"]:
        return passed("achievement")
    return unknown("recipient_unreadable") if "recipient" in assertion else failed("no_recipient")


def _check_issuer(references: References) -> Finding:
    if references.issuer is not None:
        return passed("profile", references.issuer.id)
    return warning("no_address") if references.trouble.code == "no_issuer" else NOT_CHECKED


def _check_validity(assertion: Json, now: datetime) -> Finding:
    """Whether `now` is between `issuedOn` and `expires`, where they are given. In 0.5 it was `issued_on`."""
    begins = [
        moments_of(assertion[name], read_moments) for name in ("issuedOn", "issued_on") if name in assertion
    ]
    ends = [moments_of(assertion["expires"], read_end)] if "expires" in assertion else []
    return judge_period(begins, ends, now)
