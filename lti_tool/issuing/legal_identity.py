"""An issuer's legal identity, which the operator confirms once, and again whenever it changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256

from badges.issuer import IssuerProfile
from badges.serialization import as_file_json
from badges.template.values import QualityAssurance
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.logs import log
from lti_tool.store import Session, dead_jobs, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.values import Json

#: How long before an accreditation ends the operator is warned.
WARNING_PERIOD = timedelta(days=60)

#: The fields of the issuer file that are part of it; others, such as the e-mail address, can change freely.
_FIELDS = (
    "name legal_name url country region locality street postal_code also_in registration vat eidas_identifier "
    "identifiers accreditations"
).split()


def legal_identity(profile: IssuerProfile) -> Json:
    """The legal identity as JSON: the fields of the profile that are confirmed, as far as they are given.

    The DID is not among them: it is where the issuer is found, and changes only by `issuer move`.
    """
    fields: Json = as_file_json(profile)
    return {name: fields[name] for name in _FIELDS if name in fields}


def fingerprint(profile: IssuerProfile) -> str:
    """SHA-256, in hex, of the legal identity in sorted JSON; what is stored as confirmed."""
    text = json.dumps(legal_identity(profile), sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def confirm(session: Session, issuer: Issuer, now: datetime, by: Actor = TOOL) -> None:
    """Confirms the version of the profile that `issuer` was read from, and schedules the awards that waited for this.

    Raises NotAllowedError, which names the fields of a legal identity that are missing, or says that the profile has
    changed since it was read: nobody confirms what they have not seen.
    """
    profile = issuer.profile
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
        raise NotAllowedError(f"the profile does not say who the issuer legally is: {', '.join(lacking)}")
    # An award that finds the issuer unconfirmed keeps its row until it waits: see `issuance`. So none is missed here.
    queries.issuers.lock_issuer(session, issuer.id)
    newest = queries.issuers.newest_version(session, issuer.id)
    if newest.id != issuer.version_id:
        raise NotAllowedError("the profile has just changed: look at it again, then confirm it")
    newest.confirmed_at, newest.confirmed_by = now, by.name
    events.record(session, "issuer_confirmed", "issuer", profile.slug, now, actor=by)
    issue_waiting(session, issuer.id, now)


def issue_waiting(session: Session, issuer_id: str, now: datetime) -> None:
    """Schedules the awards that waited for the issuer's confirmation. The caller has locked the issuer."""
    waiting = queries.awards.awards_waiting_for(session, issuer_id, "issuer")
    dead_jobs.add_or_revive(session, "issue", [{"award_id": award.id} for award in waiting], now)


def ending_soon(assurances: Iterable[QualityAssurance], today: date) -> tuple[QualityAssurance, ...]:
    """Those that have ended, or end within WARNING_PERIOD."""
    return tuple(
        item for item in assurances if item.valid_until and item.valid_until - WARNING_PERIOD <= today
    )


def log_warnings(issuer: Issuer, today: date) -> None:
    """Logs what the operator has to do before credentials can be issued, or can go on being issued."""
    if issuer.confirmed_at is None:
        log.warning("issuer_not_confirmed", issuer=issuer.profile.slug)
    for item in ending_soon(issuer.profile.accreditations, today):
        log.warning("accreditation_ends", code=item.code, on=str(item.valid_until))
