"""Who the issuer legally is: confirmed once by whoever runs the tool, and anew when it changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256

from badges.issuer import IssuerProfile
from badges.serialization import as_file_json
from badges.template.values import QualityAssurance
from lti_tool.errors import NotAllowedError
from lti_tool.logs import log
from lti_tool.store import Session, outbox, queries
from lti_tool.values import Json

#: How long before an accreditation ends people are told.
NOTICE = timedelta(days=60)

_LEGAL = (
    "id name legal_name url country region locality street postal_code also_in registration vat eidas_identifier "
    "identifiers accreditations"
).split()


def legal_identity(profile: IssuerProfile) -> Json:
    """What is confirmed: names, numbers, places and accreditations."""
    said: Json = as_file_json(profile)
    return {name: said[name] for name in _LEGAL if name in said}


def fingerprint(profile: IssuerProfile) -> str:
    """The same for the same legal identity, another for every other."""
    said = json.dumps(legal_identity(profile), sort_keys=True, ensure_ascii=False)
    return sha256(said.encode()).hexdigest()


def confirmed_at(session: Session, profile: IssuerProfile) -> datetime | None:
    """When this very identity was confirmed; None where it was not."""
    kept = queries.issuers.stored_setting(session, _name(profile))
    return kept.stored_at if kept and kept.value == fingerprint(profile) else None


def is_confirmed(session: Session, profile: IssuerProfile) -> bool:
    """Whether this very identity was confirmed. Nothing is issued before."""
    return confirmed_at(session, profile) is not None


def confirm(session: Session, profile: IssuerProfile, now: datetime) -> None:
    """From now on badges are issued in its name, those too that waited for this.

    Raises NotAllowedError naming what of a legal identity is not there.
    """
    lacking = [
        field
        for field, said in (
            ("legal_name", profile.legal_name),
            ("country", profile.country),
            ("locality", profile.locality),
            ("registration or eidas_identifier", profile.registration or profile.eidas_identifier),
        )
        if not said
    ]
    if lacking:
        raise NotAllowedError(f"ISSUER_FILE does not say who the issuer legally is: {', '.join(lacking)}")
    queries.issuers.store_setting(session, _name(profile), fingerprint(profile), now)
    for award in queries.awards.awards_waiting_for(session, "issuer"):
        outbox.add(session, "issue", {"award_id": award.id}, now)


def ending_soon(assurances: Iterable[QualityAssurance], today: date) -> tuple[QualityAssurance, ...]:
    """Those that have ended, or end soon enough to be told of."""
    return tuple(item for item in assurances if item.valid_until and item.valid_until - NOTICE <= today)


def log_warnings(session: Session, profile: IssuerProfile, today: date) -> None:
    """Tells the log what whoever runs the tool has to see to before badges go out, or go out for long."""
    if not is_confirmed(session, profile):
        log.warning("issuer_not_confirmed", issuer=profile.id)
    for item in ending_soon(profile.accreditations, today):
        log.warning("accreditation_ends", code=item.code, on=str(item.valid_until))


def _name(profile: IssuerProfile) -> str:
    return f"issuer {profile.id}"
