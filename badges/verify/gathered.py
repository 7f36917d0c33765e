"""Case: all that was gathered about a file, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from badges.verify.endorsements import check_endorsements
from badges.verify.files import Opened
from badges.verify.form import inline_schemas, schema
from badges.verify.issuer_copy import compare_issuer_copy
from badges.verify.lookups import Lookups
from badges.verify.proof import CHANGED, check_proof, is_bound, terms
from badges.verify.refresh_service import refreshed
from badges.verify.report import NOT_CHECKED, Finding
from badges.verify.status import ask_status
from signing.did import key_in_proof
from signing.json_text import Json
from signing.verified_proof import VerifiedProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`credential` is what was signed, once `proven` is there; `document` is that with its proof or claims.

    `stated`: the signature holds with the key that the proof itself spells, but nobody could say whose that is.
    """

    opened: Opened
    credential: Json
    document: Json
    terms: Finding
    schema: Finding
    inline_schemas: Finding
    proof: Finding
    proven: VerifiedProof | None
    stated: VerifiedProof | None
    refresh: Finding
    status: Finding
    endorsements: Finding
    recipient: str | None
    now: datetime


def gather(opened: Opened, outside: Lookups, recipient: str | None) -> Gathered:
    """Ask for keys first, then for all else: nobody is asked anything for a badge whose proof does not hold."""
    assert opened.secured is not None
    proof, proven = check_proof(opened.secured, outside)
    stated, refresh = None, NOT_CHECKED
    if proof.code == "key_not_found":
        found, stated = check_proof(opened.secured, outside, key_in_proof)
        if stated is not None or found.code in CHANGED:
            proof = found
    if proof.code == "key_revoked":
        proof, proven = compare_issuer_copy(opened, outside)
    if proven is not None and is_bound(proven):
        refresh, newer = refreshed(proven.credential, outside)
        if newer is not None:
            served, proof, proven = newer
            opened = replace(served, parsed=opened.parsed)
    credential = next((found.credential for found in (proven, stated) if found), opened.credential)
    bound = outside if is_bound(proven) else None
    document = credential if opened.is_jws else opened.document
    form = schema(document, credential)
    return Gathered(
        opened=opened,
        credential=credential,
        document=document,
        terms=terms(opened, proven or stated),
        schema=form,
        inline_schemas=inline_schemas(document, credential, form, bound),
        proof=proof,
        proven=proven,
        stated=stated,
        refresh=refresh,
        status=ask_status(credential, bound) if bound else NOT_CHECKED,
        endorsements=check_endorsements(credential, bound),
        recipient=recipient,
        now=outside.now,
    )
