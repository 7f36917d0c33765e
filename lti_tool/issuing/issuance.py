"""Issuing: from an award to a secured credential in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import uuid4

from badges.credential import Learner as Subject
from badges.credential import StatusEntry
from badges.errors import MissingElementsError
from badges.template.model import Template, read_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import new_credential, notices
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.issuing.status_lists import allocate_entry, set_status
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, CredentialRow, Delivery
from signing.proof_set import combined
from signing.proofs import EDDSA_RDFC_2022, VC_JWT
from signing.secured import SecuredCredential

#: Why a credential takes the place of another: something in it is corrected, or it is signed with another key.
Replacement = Literal["replaced", "reissued"]

#: What became of a credential that was made: it is stored; it was not needed any more, because somebody else was faster
#: or has revoked the award meanwhile; or the issuer, or one of its keys, was changed meanwhile: it has to be made anew.
_Outcome = Literal["stored", "not_needed", "issuer_changed"]


def issue(store: Store, issuers: Issuers, award_id: int, now: datetime) -> None:
    """Builds, secures and stores the credential of an award, and schedules its deliveries.

    An award that has a credential already, or was revoked, is left alone. One that lacks something is set to wait:
    `waiting_for` names the issuer's confirmation, a validity that has passed, a result below the one that the badge
    asks for (`required_value`), or the missing elements. Raises NotFoundError where there is no such award,
    SigningError where a key cannot be used.

    Nothing is locked while the credential is built and signed, which can take a second and, with a device, a call to
    it. So two workers can get here for the same award: the second finds the first one's credential in `_store` and
    drops its own. The status list entry of a dropped credential was only chosen, never stored. In the same way an
    issuer that was changed meanwhile, or a key of it that was stolen, is found there, and the credential is made anew.
    """
    outcome: _Outcome = "issuer_changed"
    while outcome == "issuer_changed":
        with store.begin() as session:
            new = _gather_first(session, issuers, award_id, now)
        if new is None:
            return
        try:
            outcome = _make(store, issuers, new, now)
        except MissingElementsError as error:
            with store.begin() as session:
                _wait(session, _award(session, award_id), list(error.names), now)
            return


def replace_credential(
    store: Store, issuers: Issuers, credential_id: str, why: Replacement, now: datetime
) -> bool:
    """Puts a new credential of the same award in the place of one, which is revoked; whether that was done now.

    The new one is made of the learner's data as they are now, and keeps the dates of the award. Nothing is done where
    the credential is not the award's current one any more, or does not hold: so a repetition changes nothing. Raises
    NotFoundError where there is no such credential, NotAllowedError where the issuer is not confirmed, SigningError and
    MissingElementsError.
    """
    outcome: _Outcome = "issuer_changed"
    while outcome == "issuer_changed":
        with store.begin() as session:
            new = _gather_replacement(session, issuers, credential_id, why, now)
        if new is None:
            return False
        outcome = _make(store, issuers, new, now)
    return outcome == "stored"


def _make(store: Store, issuers: Issuers, new: NewCredential, now: datetime) -> _Outcome:
    """Builds, secures and stores the credential. Raises MissingElementsError and SigningError."""
    credential_id = str(uuid4())
    secured = new_credential.secured(new, credential_id, now)
    with store.begin() as session:
        return _store(session, issuers, new, credential_id, secured, now)


def _gather_first(session: Session, issuers: Issuers, award_id: int, now: datetime) -> NewCredential | None:
    """None where there is nothing to issue now. After a revocation the award has earlier credentials."""
    award = _award(session, award_id)
    if award.credential is not None or award.status == "revoked":
        return None
    # Whoever confirms the issuer comes before this, and it is seen here, or after it, and finds the award waiting.
    queries.issuers.keep_issuer(session, award.issuer_id)
    issuer = issuers.of(session, award.issuer_id)
    if issuer.confirmed_at is None:
        _wait(session, award, ["issuer"], now)
        return None
    valid_until = _valid_until(issuer, award)
    if valid_until is not None and valid_until <= now:
        _wait(session, award, ["validity"], now)
        return None
    if not _reaches_required_value(award):
        _wait(session, award, ["required_value"], now)
        return None
    replaced = {row.replaces_id for row in award.credentials}
    before = next((row for row in award.credentials if row.id not in replaced), None)
    return _gather(session, issuers, issuer, award, before, "first" if before is None else "again")


def _gather_replacement(
    session: Session, issuers: Issuers, credential_id: str, why: Replacement, now: datetime
) -> NewCredential | None:
    """None where the credential holds no more, or its result is below the one that the badge asks for."""
    row = queries.credentials.credential(session, credential_id)
    if row is None:
        raise NotFoundError(f"there is no badge {credential_id}")
    if row.replaced_at or row.revoked_at or row.has_expired(now) or not _reaches_required_value(row.award):
        return None
    queries.issuers.keep_issuer(session, row.issuer_id)
    issuer = issuers.of(session, row.issuer_id)
    if issuer.confirmed_at is None:
        raise NotAllowedError("nothing is issued until the issuer is confirmed")
    return _gather(session, issuers, issuer, row.award, row, why)


def _reaches_required_value(award: Award) -> bool:
    return read_template(award.template_version.body).is_reached(award.score)


def _valid_until(issuer: Issuer, award: Award) -> datetime | None:
    return read_template(award.template_version.body).valid_until(award.earned_at, issuer.profile.zone)


def _gather(
    session: Session, issuers: Issuers, issuer: Issuer, award: Award, before: CredentialRow | None, why: str
) -> NewCredential:
    addresses = issuer.addresses
    version = award.template_version
    template = read_template(version.body)
    entry = allocate_entry(session, issuer.id, issuer.address_id, issuer.status_purpose)
    return NewCredential(
        issuer=issuer,
        award_id=award.id,
        subject_id=f"urn:uuid:{award.subject_id}",
        replaces=before.id if before is not None else None,
        replaces_url=_url(session, issuers, before) if before is not None else None,
        current=before.id if before is not None and before.replaced_at is None else None,
        why=why,
        template_version_id=version.id,
        status_list_id=entry.list_id,
        template=template,
        template_url=addresses.achievement(version.template_id, version.version),
        picture_url=addresses.picture(version.template_id, version.version),
        version=version.version,
        language=_language(template, award.person.language),
        learner=Subject(name=award.person.name, email=award.person.email),
        awarded_at=award.earned_at,
        assessed_at=award.assessed_at,
        valid_until=_valid_until(issuer, award),
        score=award.score,
        status=StatusEntry(
            list_url=addresses.status_list(entry.list_id), index=entry.index, purpose=issuer.status_purpose
        ),
        keys={name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs},
    )


def _url(session: Session, issuers: Issuers, row: CredentialRow) -> str:
    """The credential's own id, which names the issuer's address of its day."""
    return issuers.at(session, row.status_list.address).addresses.credential(row.id)


def _wait(session: Session, award: Award, names: list[str], now: datetime) -> None:
    """Lets the award wait for what is named; each attempt comes here, but it waits anew only for something else.

    Whoever has revoked it, or issued its credential, while this was found out is not undone.
    """
    queries.awards.lock_award(session, award)
    if award.status not in ("earned", "waiting"):
        return
    if (award.status, award.waiting_for) != ("waiting", names):
        award.status, award.waiting_for = "waiting", names
        events.record(session, "issuing_waits", "award", award.id, now, data={"for": names})


def _store(
    session: Session,
    issuers: Issuers,
    new: NewCredential,
    credential_id: str,
    secured: Sequence[SecuredCredential],
    now: datetime,
) -> _Outcome:
    """Stores the credential, unless the issuer has another version or address now, or one of the keys is retired."""
    issuer, award = new.issuer, _award(session, new.award_id)
    queries.issuers.keep_issuer(session, issuer.id)
    newest = issuers.of(session, issuer.id)
    kids = [key.kid for key in new.keys.values()]
    if (newest.version_id, newest.address_id) != (issuer.version_id, issuer.address_id):
        return "issuer_changed"
    if not newest.keyring.may_all_sign(session, kids):
        return "issuer_changed"
    # From here to the commit nobody else issues or revokes this award; see `awards.revoke`.
    queries.awards.lock_award(session, award)
    current = award.credential
    if award.status == "revoked" or (current.id if current is not None else None) != new.current:
        return "not_needed"
    if current is not None:
        current.replaced_at = current.revoked_at = now
        current.revoked_as = new.why
        set_status(session, current)
        session.flush()
    json_proofs = [one for one in secured if one.media_type == EDDSA_RDFC_2022.media_type]
    (jwt,) = (one for one in secured if one.media_type == VC_JWT.media_type)
    row = CredentialRow(
        id=credential_id,
        award_id=award.id,
        template_version_id=new.template_version_id,
        issuer_id=issuer.id,
        issuer_profile_id=issuer.version_id,
        text=combined(json_proofs).text,
        jwt=jwt.text,
        language=new.language,
        status_list_id=new.status_list_id,
        status_index=new.status.index,
        issued_at=now,
        valid_until=new.valid_until,
        why=new.why,
        signed_with=kids,
        replaces_id=new.replaces,
    )
    session.add(row)
    if current is not None and current.suspended_at is not None:
        # What is suspended stays so, whatever stands in it.
        row.suspended_at, row.suspension_reason = current.suspended_at, current.suspension_reason
        session.flush()
        set_status(session, row)
    notices.plan_expiry(session, row, now)
    award.status, award.waiting_for = "issued", []
    data = {"award": award.id} | ({"replaces": new.replaces} if new.replaces else {})
    events.record(
        session, "issued", "credential", credential_id, now, why=new.why, data=data, issuer_id=issuer.id
    )
    if award.person.email:
        for channel in issuer.channels:
            plan_delivery(session, award, channel, now)
    return "stored"


def _award(session: Session, award_id: int) -> Award:
    award = queries.awards.award(session, award_id)
    if award is None:
        raise NotFoundError(f"there is no award {award_id}")
    return award


def _language(template: Template, wanted: str | None) -> str:
    """The wanted language (`lv-LV` counts as `lv`) where the template has it, else another that it has."""
    return template.language_for((wanted or template.in_language).replace("_", "-").split("-")[0].lower())


def plan_delivery(session: Session, award: Award, channel: str, now: datetime) -> None:
    """Schedules the delivery of an award's badge by a channel, once more where it was delivered already."""
    delivery = next((row for row in award.deliveries if row.channel == channel), None)
    if delivery is None:
        delivery = Delivery(award=award, channel=channel)
        session.add(delivery)
    else:
        # Whoever records at this moment that an earlier badge was sent does so before this, or sees the new badge.
        queries.awards.lock_delivery(session, delivery.id)
    delivery.status, delivery.trouble = "pending", None
    session.flush()
    outbox.add(session, "deliver", {"delivery_id": delivery.id}, now)
