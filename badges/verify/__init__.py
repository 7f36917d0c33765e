"""verify: the Report on any bytes: is this badge unchanged, who issued it, is it still valid?

Gather first, then judge: `gather` reads the file and looks up keys and lists; every function of CHECKS only looks at
what was gathered. Each check gives a Finding with a stable code; the sentences of the codes are in
badges/sentences/verify.toml, which is also the table of all codes.

Sources: Open Badges 3.0, "Verification and Validation"; VCDM 2.0 and 1.1; Bitstring Status List v1.0; Open Badges 2.0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from badges.containers import Unpacker, unpacked_files
from badges.foreign_json import issuer_id
from badges.pdf.attachments import attached_text
from badges.qr_codes import texts_in_picture
from badges.verify.budget import Budget, Fetch, FetchInTime
from badges.verify.disclosures import SD_JWT_CHECKS
from badges.verify.files import PdfReader
from badges.verify.form import check_context, check_issuer, check_subject, check_type
from badges.verify.gathered import Gathered, gather
from badges.verify.handed_in import QrReader, Readers, parse_handed_in
from badges.verify.lookups import (
    Lookups,
    ProofChecker,
    RevokedChecker,
    SchemaChecker,
    StatusFinder,
    within_budget,
)
from badges.verify.one_ed_tech import parse_probe, run_probes, worst_outcome
from badges.verify.open_badges_2 import check_open_badges_2, is_open_badges_2
from badges.verify.recipient import check_shown_recipient
from badges.verify.report import (
    Check,
    Finding,
    OneEdTech,
    Probe,
    Report,
    Verdict,
    as_check,
    failed,
    passed,
    unknown,
)
from badges.verify.texts import is_without_tls
from badges.verify.validity_period import check_validity
from badges.verify.verdict import decide_verdict
from signing.keys import KeyFinder
from signing.proofs import check as check_any_proof

__all__ = [
    "CHECKS",
    "SD_JWT_CHECKS",
    "Budget",
    "Check",
    "Fetch",
    "FetchInTime",
    "OneEdTech",
    "PdfReader",
    "Probe",
    "ProofChecker",
    "Report",
    "RevokedChecker",
    "SchemaChecker",
    "StatusFinder",
    "Unpacker",
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
    budget: Budget | None = None,
    recipient: str | None = None,
    check_proof: ProofChecker = check_any_proof,
    find_schema_breach: SchemaChecker | None = None,
    is_revoked: RevokedChecker | None = None,
    read_pdf: PdfReader = attached_text,
    unpack: Unpacker = unpacked_files,
    read_qr_codes: QrReader = texts_in_picture,
) -> Report:
    """The Report on a file: a baked PNG or SVG, a PDF, a JSON credential, a compact JWS or SD-JWT. Never raises.

    Also on the one badge in a ZIP or an e-mail, and on the badge at an address, where the file is that address, or a
    photo of a QR code with it.

    The key is looked up first, everything else only when the proof holds and the key is the issuer's. `fetch` is for
    the other documents that a badge may name: its newer version, a schema, an assertion of Open Badges 2.0; without it
    the checks that need them stay `unknown`. `budget` is what all of it may cost, where the functions that fetch were
    made by its `limited`; what it does not suffice for stays `unknown`, with the code `limit_reached`. Without it there
    is no limit. `recipient` is the person the verifier expects: an e-mail address, or an id. `is_revoked` is what an
    issuer knows of its own badges beyond their status lists. `find_schema_breach` applies a schema; without it the
    schemas of others stay `unknown`. It, `read_pdf`, `unpack` and `read_qr_codes` should run in a process that can be
    ended where files come from strangers: none of the libraries has a limit of time.
    """
    lookups = within_budget(
        Lookups(
            check_proof=check_proof,
            find_key=find_key,
            find_status=find_status,
            fetch=fetch,
            find_schema_breach=find_schema_breach,
            now=now,
            budget=budget or Budget(lambda: 0),
            is_revoked=is_revoked,
        )
    )
    parsed = parse_handed_in(
        file, lookups, Readers(read_pdf=read_pdf, unpack=unpack, read_qr_codes=read_qr_codes)
    )
    if is_open_badges_2(parsed):
        return check_open_badges_2(parsed, lookups, recipient)
    if parsed.secured is None:
        return _report_without_badge(parsed.finding)
    gathered = gather(parsed, parsed.secured, lookups, recipient)
    of_file = CHECKS if gathered.file.sd_jwt is None else CHECKS + SD_JWT_CHECKS
    checks = tuple(as_check(name, check(gathered)) for name, check in of_file)
    probes = run_probes(gathered, lookups)
    return Report(
        checks=checks,
        credential=gathered.credential,
        verdict=decide_verdict(checks),
        one_ed_tech=worst_outcome(probes),
        probes=probes,
        secured=parsed.secured,
    )


def _report_without_badge(finding: Finding) -> Report:
    """The Report where no badge could be read. What could not be found out says nothing about the badge."""
    probe = parse_probe(finding)
    return Report(
        checks=(as_check("parsed", finding),),
        credential=None,
        verdict="unverifiable" if finding.outcome == "unknown" else "unusable",
        one_ed_tech=probe.outcome,
        probes=(probe,),
    )


def check_key_of_issuer(gathered: Gathered) -> Finding:
    """Whether the key that signed is one that the issuer's own document lists."""
    if gathered.verified_proof is None:
        if gathered.proof_by_embedded_key is None:
            return unknown("not_checked")
        # With the key embedded in the proof the signature holds, but anybody may write any key into a proof.
        issuer = issuer_id(gathered.credential)
        return unknown("issuer_without_tls") if is_without_tls(issuer) else unknown("issuer_not_reached")
    method = gathered.verified_proof.verification_method
    if method.controller != issuer_id(gathered.credential):
        return failed("key_of_another", method.controller)
    return passed("key_of_issuer", method.id)


#: The checks in the order of the standard. Each sees all that was gathered, and nothing else. An SD-JWT has more.
CHECKS: tuple[tuple[str, Callable[[Gathered], Finding]], ...] = (
    ("parsed", lambda gathered: gathered.file.finding),
    ("terms", lambda gathered: gathered.terms),
    ("context", lambda gathered: check_context(gathered.credential, gathered.file.jws_layout)),
    ("type", lambda gathered: check_type(gathered.credential)),
    ("schema", lambda gathered: gathered.schema),
    ("inline_schemas", lambda gathered: gathered.inline_schemas),
    ("subject", lambda gathered: check_subject(gathered.credential)),
    ("issuer", lambda gathered: check_issuer(gathered.credential)),
    ("proof", lambda gathered: gathered.proof),
    ("key_of_issuer", check_key_of_issuer),
    ("refresh", lambda gathered: gathered.refresh),
    ("status", lambda gathered: gathered.status),
    ("validity", lambda gathered: check_validity(gathered.credential, gathered.now)),
    ("endorsements", lambda gathered: gathered.endorsements),
    (
        "recipient",
        lambda gathered: check_shown_recipient(
            gathered.credential, gathered.recipient, gathered.verified_proof or gathered.proof_by_embedded_key
        ),
    ),
)
