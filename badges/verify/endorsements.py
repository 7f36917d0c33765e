"""check_endorsements: whether those who endorse the badge, its achievement or its issuer really do.

Each endorsement is a credential of its own: inside the JSON with its own proof, or as a JWT. Source: Open Badges 3.0,
"Endorsement Verification".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from badges.foreign_json import as_list, kind_of, text
from badges.verify.files import ParsedFile, parse_document, parse_text
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.proof import CHANGED, check_proof, is_signed_by_issuer
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown, warning, worst
from badges.verify.status import check_status
from badges.verify.validity_period import check_validity
from signing.json_text import Json

#: Each costs at least a key and a status list.
MAX_ENDORSEMENTS = 16


def check_endorsements(credential: Json, lookups: Lookups | None) -> Finding:
    """The worst finding of all endorsements in the credential, as it stands. Without `lookups` none is checked."""
    endorsements = list(_find_endorsements(credential, {}))
    if not endorsements:
        return passed("no_endorsements")
    if lookups is None:
        return unknown("not_checked")
    if len(endorsements) > MAX_ENDORSEMENTS:
        return unknown("too_many_endorsements")
    return worst(
        [_check_endorsement(endorsement, endorsed, lookups) for endorsement, endorsed in endorsements]
    )


def _find_endorsements(value: Any, parent: Json) -> Iterator[tuple[Any, Json]]:
    """Each endorsement with the object that it is a member of.

    An endorsement is not searched for further ones: those of its own issuer are not about this badge.
    """
    if isinstance(value, list):
        for item in value:
            yield from _find_endorsements(item, parent)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in ("endorsement", "endorsementJwt"):
                yield from (
                    (endorsement, value) for endorsement in as_list(member) if endorsement is not None
                )
            else:
                yield from _find_endorsements(member, value)


def _check_endorsement(endorsement: Any, endorsed: Json, lookups: Lookups) -> Finding:
    """The finding on one endorsement. Only a forged one fails the badge; one that no longer counts is a warning.

    One that cannot be read says nothing, so it is left open.
    """
    parsed = _parse_endorsement(endorsement)
    if parsed is None or parsed.secured is None or kind_of(parsed.credential) != "endorsement":
        return unknown("endorsement_malformed")
    finding, proof = check_proof(parsed.secured, lookups)
    name = text(parsed.credential, "id") or ""
    if finding.code == "no_proof":
        return unknown("endorsement_unsigned", name)
    if finding.code == LIMIT_REACHED:
        return unknown(LIMIT_REACHED, name)
    if finding.code == "key_revoked":
        return warning("endorsement_key_revoked", name)
    if proof is None:
        return (failed if finding.code in CHANGED else unknown)(
            "endorsement_changed" if finding.code in CHANGED else "endorsement_not_proven",
            f"{name}: {finding.code}",
        )
    if not is_signed_by_issuer(proof):
        return failed("endorsement_of_wrong_issuer", name)
    credential = normalised(proof.credential)
    subject_id = text(credential.get("credentialSubject"), "id")
    # A genuine endorsement of something else can be copied into any badge.
    if subject_id != endorsed.get("id"):
        return warning("endorsement_of_another", f"{name}: {subject_id}")
    validity = check_validity(credential, lookups.now)
    if validity.outcome == "failed":
        return warning("endorsement_not_valid_now", name)
    status = check_status(credential, lookups)
    if status.outcome == "failed":
        return warning("endorsement_revoked", name)
    if status.code == LIMIT_REACHED:
        return unknown(LIMIT_REACHED, f"{name}: {status.detail}")
    for finding in (status, validity):
        if finding.outcome == "unknown":
            return unknown("endorsement_not_proven", f"{name}: {finding.code}")
    return passed("endorsed", name)


def _parse_endorsement(endorsement: Any) -> ParsedFile | None:
    if isinstance(endorsement, str):
        return parse_text(endorsement)
    return parse_document(endorsement) if isinstance(endorsement, dict) else None
