"""verify: is this badge unchanged, from whom, still valid? A Report for any bytes at all.

Gather first, then judge: `gather` reads the file and asks for keys and lists; every function of CHECKS only looks at
what was gathered. Each check gives a Finding with a stable code; the sentences they stand for are in
badges/sentences/verify.toml, which is also the table of all codes.

Sources: Open Badges 3.0, "Verification and Validation"; VCDM 2.0 and 1.1; Bitstring Status List v1.0; Open Badges 2.0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from badges.verify import form, recipient, validity_period
from badges.verify.files import open_file
from badges.verify.foreign_json import issuer_id, kind_of
from badges.verify.gathered import Gathered, gather
from badges.verify.lookups import Fetch, Lookups, ProofChecker, StatusFinder, limited
from badges.verify.one_ed_tech import overall, probes
from badges.verify.open_badges_2 import check_open_badges_2
from badges.verify.report import (
    Check,
    Finding,
    OneEdTech,
    Probe,
    Report,
    Verdict,
    failed,
    named,
    passed,
    unknown,
)
from badges.verify.verdict import verdict
from signing.keys import KeyFinder
from signing.proofs import check as check_any_proof

__all__ = [
    "CHECKS",
    "Check",
    "Fetch",
    "OneEdTech",
    "Probe",
    "ProofChecker",
    "Report",
    "StatusFinder",
    "Verdict",
    "verify",
]


def verify(
    file: bytes,
    find_key: KeyFinder,
    find_status: StatusFinder,
    now: datetime,
    *,
    fetch: Fetch | None = None,
    recipient: str | None = None,
    check_proof: ProofChecker = check_any_proof,
) -> Report:
    """The Report on a file: a baked PNG or SVG, a PDF, a JSON credential, a compact JWS. Never raises.

    The key is asked for first, all else only when the proof holds and the key is the issuer's. `fetch` is for what
    else a badge may name: its newer version, a schema, an assertion of Open Badges 2.0;
    without it these checks stay open. `recipient` is whom the verifier has in mind: an e-mail address, or an id.
    """
    outside = limited(
        Lookups(check_proof=check_proof, find_key=find_key, find_status=find_status, fetch=fetch, now=now)
    )
    opened = open_file(file)
    if opened.address is not None or kind_of(opened.credential) == "open_badges_2":
        return check_open_badges_2(opened, outside, recipient)
    if opened.secured is None:
        return Report(
            checks=(named("parsed", opened.parsed),),
            credential=None,
            verdict="unusable",
            one_ed_tech="fatal",
            probes=(Probe(name="CredentialParseProbe", outcome="fatal"),),
        )
    case = gather(opened, outside, recipient)
    checks = tuple(named(name, check(case)) for name, check in CHECKS)
    found = probes(case, outside)
    return Report(
        checks=checks,
        credential=case.credential,
        verdict=verdict(checks),
        one_ed_tech=overall(found),
        probes=found,
    )


def key_of_issuer(case: Gathered) -> Finding:
    """The key that signed is one that the issuer says is theirs."""
    if case.proven is None:
        return unknown("issuer_not_reached") if case.stated else unknown("not_checked")
    method = case.proven.verification_method
    if method.controller != issuer_id(case.credential):
        return failed("key_of_another", method.controller)
    return passed("key_of_issuer", method.id)


#: The checks in the order of the standard. Each sees all that was gathered, and nothing else.
CHECKS: tuple[tuple[str, Callable[[Gathered], Finding]], ...] = (
    ("parsed", lambda case: case.opened.parsed),
    ("terms", lambda case: case.terms),
    ("context", lambda case: form.context(case.credential, case.opened.wrapped)),
    ("type", lambda case: form.credential_type(case.credential)),
    ("schema", lambda case: case.schema),
    ("inline_schemas", lambda case: case.inline_schemas),
    ("subject", lambda case: form.subject(case.credential)),
    ("issuer", lambda case: form.issuer(case.credential)),
    ("proof", lambda case: case.proof),
    ("key_of_issuer", key_of_issuer),
    ("refresh", lambda case: case.refresh),
    ("status", lambda case: case.status),
    ("validity", lambda case: validity_period.validity(case.credential, case.now)),
    ("endorsements", lambda case: case.endorsements),
    ("recipient", lambda case: recipient.is_for(case.credential, case.recipient)),
)
