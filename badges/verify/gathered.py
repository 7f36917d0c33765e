"""gather: all that is known about a file before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from badges.foreign_json import issuer_id
from badges.verify.endorsements import check_endorsements
from badges.verify.files import ParsedFile
from badges.verify.form import check_inline_schemas, check_schema
from badges.verify.issuer_copy import compare_issuer_copy
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.proof import check_proof, check_terms, is_signed_by_issuer
from badges.verify.refresh_service import find_newer_credential
from badges.verify.report import NOT_CHECKED, Finding, unknown
from badges.verify.status import check_status
from badges.verify.texts import is_without_tls
from signing.did import key_in_proof
from signing.json_text import Json
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The file, its proof, and the findings of all checks that need a look-up.

    `credential` is what was signed where a proof holds, else what stands in the file, normalised: this is judged and
    shown. `document` is the same as it stands, with its proof: what schemas and the 1EdTech validator are about.
    `verified_proof`: the signature is valid under a key that was looked up, which need not be the issuer's.
    `proof_by_embedded_key`: the signature is valid under the key embedded in the proof, but that key could not be tied
    to the issuer. It says that the credential is unchanged since somebody signed it, not who.
    """

    file: ParsedFile
    credential: Json
    document: Json
    terms: Finding
    schema: Finding
    inline_schemas: Finding
    proof: Finding
    verified_proof: VerifiedProof | None
    proof_by_embedded_key: VerifiedProof | None
    refresh: Finding
    status: Finding
    endorsements: Finding
    recipient: str | None
    now: datetime


def gather(file: ParsedFile, secured: SecuredCredential, lookups: Lookups, recipient: str | None) -> Gathered:
    """All that the checks need about `file`, whose secured credential is `secured`.

    The order of the look-ups is part of the protection. Anybody can write any address into a badge, so at first only
    the key is looked up. The other addresses (status list, newer version, schemas, keys of endorsements) are fetched
    only once the issuer's own key has signed them. Fetched earlier, they would let the author of a forged
    badge direct this verifier's requests and learn when it is checked, and the answers would prove nothing.
    """
    proof, verified_proof = check_proof(secured, lookups)
    proof_by_embedded_key = None
    if proof.code == "key_not_found":
        # The issuer does not answer. The key that the proof embeds still shows whether the credential was changed
        # after signing; who signed it stays open, so this never becomes `verified_proof`.
        finding, proof_by_embedded_key = check_proof(secured, lookups, key_in_proof)
        if proof_by_embedded_key is not None or finding.outcome == "failed":
            proof = finding
        elif is_without_tls(issuer_id(file.credential)):
            proof = unknown("key_without_tls", issuer_id(file.credential) or "")
    if proof.code == "key_revoked":
        # The thief of a key can sign anything, but cannot make the issuer's website serve it: see issuer_copy.
        proof, verified_proof = compare_issuer_copy(file, secured, lookups)
    refresh = NOT_CHECKED
    if verified_proof is not None and is_signed_by_issuer(verified_proof):
        refresh, newer = find_newer_credential(normalised(verified_proof.credential), lookups)
        if newer is not None:
            # From here on everything is said about the newer credential; only how the file was read is kept.
            newer_file, proof, verified_proof = newer
            file = replace(newer_file, finding=file.finding)
    valid_proof = verified_proof or proof_by_embedded_key
    as_it_stands = valid_proof.credential if valid_proof else file.credential
    credential = normalised(as_it_stands)
    # None unless the issuer signed: the checks that fetch an address of the badge then report `unknown`.
    trusted_lookups = lookups if is_signed_by_issuer(verified_proof) else None
    document = as_it_stands if file.is_jws else file.document
    schema = check_schema(document, credential)
    return Gathered(
        file=file,
        credential=credential,
        document=document,
        terms=check_terms(file, valid_proof),
        schema=schema,
        inline_schemas=_unless_left_out(
            check_inline_schemas(document, credential, schema, trusted_lookups), valid_proof
        ),
        proof=proof,
        verified_proof=verified_proof,
        proof_by_embedded_key=proof_by_embedded_key,
        refresh=refresh,
        status=check_status(credential, trusted_lookups) if trusted_lookups else NOT_CHECKED,
        # Each has a proof over what stands in it.
        endorsements=check_endorsements(as_it_stands, trusted_lookups),
        recipient=recipient,
        now=lookups.now,
    )


def _unless_left_out(finding: Finding, proof: VerifiedProof | None) -> Finding:
    """The finding of a rule for the whole badge; none where it is broken and parts were left out, as they may be."""
    is_in_part = proof is not None and bool(proof.hidden)
    return NOT_CHECKED if is_in_part and finding.outcome == "warning" else finding
