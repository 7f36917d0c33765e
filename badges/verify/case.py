"""Case: all that was gathered about a file, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from badges.verify.endorsements import check_endorsements
from badges.verify.form import inline_schemas, schema
from badges.verify.opening import Opened
from badges.verify.outside import Outside
from badges.verify.proving import CHANGED, is_bound, prove, terms
from badges.verify.refreshing import refreshed
from badges.verify.report import NOT_CHECKED, Finding, Json
from badges.verify.status import ask_status
from badges.verify.vouching import vouched
from signing.checked import Checked
from signing.did import spelled_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
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
    proven: Checked | None
    stated: Checked | None
    refresh: Finding
    status: Finding
    endorsements: Finding
    recipient: str | None
    now: datetime


def gather(opened: Opened, outside: Outside, recipient: str | None) -> Case:
    """Ask for keys first, then for all else: nobody is asked anything for a badge whose proof does not hold."""
    assert opened.secured is not None
    proof, proven = prove(opened.secured, outside)
    stated, refresh = None, NOT_CHECKED
    if proof.code == "key_not_found":
        found, stated = prove(opened.secured, outside, spelled_key)
        if stated is not None or found.code in CHANGED:
            proof = found
    if proof.code == "key_revoked":
        proof, proven = vouched(opened, outside)
    if proven is not None and is_bound(proven):
        refresh, newer = refreshed(proven.credential, outside)
        if newer is not None:
            served, proof, proven = newer
            opened = replace(served, parsed=opened.parsed)
    credential = next((found.credential for found in (proven, stated) if found), opened.credential)
    bound = outside if is_bound(proven) else None
    document = credential if opened.is_jws else opened.document
    form = schema(document, credential)
    return Case(
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
