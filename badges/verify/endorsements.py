"""check_endorsements: those who vouch for the badge, its achievement or its issuer, wherever that stands.

Each is a credential of its own: inside the JSON with its own proof, or as a JWT. Source: Open Badges 3.0, "Endorsement
Verification".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from badges.verify.files import Opened, open_document, open_text
from badges.verify.foreign_json import as_list, kind_of, text
from badges.verify.lookups import Lookups
from badges.verify.proof import CHANGED, check_proof, is_bound
from badges.verify.report import Finding, failed, passed, unknown, warning, worst
from badges.verify.status import ask_status
from badges.verify.validity_period import validity
from signing.json_text import Json

#: Each costs a key and a list.
MAX_ENDORSEMENTS = 16


def check_endorsements(credential: Json, outside: Lookups | None) -> Finding:
    """What all endorsements say together; the worst counts. `outside` None: nobody may be asked for a key."""
    found = list(_endorsements(credential, {}))
    if not found:
        return passed("no_endorsements")
    if outside is None:
        return unknown("not_checked")
    if len(found) > MAX_ENDORSEMENTS:
        return unknown("too_many_endorsements")
    return worst([_check(endorsement, endorsed, outside) for endorsement, endorsed in found])


def _endorsements(value: Any, holder: Json) -> Iterator[tuple[Any, Json]]:
    """Each endorsement with the object it stands in. An endorsement is not searched for further ones: its own
    issuer's are not about this badge."""
    if isinstance(value, list):
        for item in value:
            yield from _endorsements(item, holder)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name in ("endorsement", "endorsementJwt"):
                yield from ((endorsement, value) for endorsement in as_list(part))
            else:
                yield from _endorsements(part, value)


def _check(endorsement: Any, endorsed: Json, outside: Lookups) -> Finding:
    opened = _open(endorsement)
    if opened is None or opened.secured is None or kind_of(opened.credential) != "endorsement":
        return failed("endorsement_malformed")
    finding, proven = check_proof(opened.secured, outside)
    name = text(opened.credential, "id") or ""
    if finding.code == "no_proof":
        return unknown("endorsement_unsigned", name)
    if proven is None:
        return (failed if finding.code in CHANGED else unknown)(
            "endorsement_changed" if finding.code in CHANGED else "endorsement_not_proven",
            f"{name}: {finding.code}",
        )
    if not is_bound(proven):
        return failed("endorsement_of_wrong_issuer", name)
    said = proven.credential
    about = text(said.get("credentialSubject"), "id")
    if about != endorsed.get("id"):
        return warning("endorsement_of_another", f"{name}: {about}")
    if validity(said, outside.now).outcome == "failed":
        return warning("endorsement_not_valid_now", name)
    status = ask_status(said, outside)
    if status.outcome == "failed":
        return warning("endorsement_revoked", name)
    if status.outcome == "unknown":
        return unknown("endorsement_not_proven", f"{name}: {status.code}")
    return passed("endorsed", name)


def _open(endorsement: Any) -> Opened | None:
    if isinstance(endorsement, str):
        return open_text(endorsement)
    return open_document(endorsement) if isinstance(endorsement, dict) else None
