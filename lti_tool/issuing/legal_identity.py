"""The issuer's legal identity, which the operator confirms once, and again whenever it changes."""

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
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.values import Json

#: How long before an accreditation ends the operator is warned.
WARNING_PERIOD = timedelta(days=60)

#: The fields of the issuer file that are part of it; others, such as the e-mail address, can change freely.
_FIELDS = (
    "id name legal_name url country region locality street postal_code also_in registration vat eidas_identifier "
    "identifiers accreditations"
).split()


def legal_identity(profile: IssuerProfile) -> Json:
    """The legal identity as JSON: the fields of the issuer file that are confirmed, as far as they are given."""
    fields: Json = as_file_json(profile)
    return {name: fields[name] for name in _FIELDS if name in fields}


def fingerprint(profile: IssuerProfile) -> str:
    """SHA-256, in hex, of the legal identity in sorted JSON; what is stored as confirmed."""
    text = json.dumps(legal_identity(profile), sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def confirmed_at(session: Session, profile: IssuerProfile) -> datetime | None:
    """When exactly this legal identity was confirmed; None where it was not, or has changed since."""
    setting = queries.issuers.stored_setting(session, _setting_name(profile))
    return setting.stored_at if setting and setting.value == fingerprint(profile) else None


def is_confirmed(session: Session, profile: IssuerProfile) -> bool:
    """Whether exactly this legal identity was confirmed; nothing is issued before."""
    return confirmed_at(session, profile) is not None


def confirm(session: Session, profile: IssuerProfile, now: datetime, by: Actor = TOOL) -> None:
    """Stores the legal identity as confirmed, and schedules the awards that waited for this.

    Raises NotAllowedError, which names the fields of a legal identity that are missing.
    """
    lacking = [
        field
        for field, value in (
            ("legal_name", profile.legal_name),
            ("country", profile.country),
            ("locality", profile.locality),
            ("registration or eidas_identifier", profile.registration or profile.eidas_identifier),
        )
        if not value
    ]
    if lacking:
        raise NotAllowedError(f"ISSUER_FILE does not say who the issuer legally is: {', '.join(lacking)}")
    queries.issuers.store_setting(session, _setting_name(profile), fingerprint(profile), now)
    events.record(session, "issuer_confirmed", "issuer", profile.slug, now, actor=by)
    for award in queries.awards.awards_waiting_for(session, "issuer"):
        outbox.add(session, "issue", {"award_id": award.id}, now)


def ending_soon(assurances: Iterable[QualityAssurance], today: date) -> tuple[QualityAssurance, ...]:
    """Those that have ended, or end within WARNING_PERIOD."""
    return tuple(
        item for item in assurances if item.valid_until and item.valid_until - WARNING_PERIOD <= today
    )


def log_warnings(session: Session, profile: IssuerProfile, today: date) -> None:
    """Logs what the operator has to do before credentials can be issued, or can go on being issued."""
    if not is_confirmed(session, profile):
        log.warning("issuer_not_confirmed", issuer=profile.id)
    for item in ending_soon(profile.accreditations, today):
        log.warning("accreditation_ends", code=item.code, on=str(item.valid_until))


def _setting_name(profile: IssuerProfile) -> str:
    return f"issuer {profile.id}"
