"""Issuing: from an award to a secured credential in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from lti_tool.issuing.status_lists import allocate_entries, set_status
from lti_tool.store import Session, dead_jobs, events, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, CredentialRow, Delivery, TextDictionary
from signing.proofs import EDDSA_RDFC_2022, VC_JWT, ecdsa_sd_2023
from signing.secured import SecuredCredential

#: Why a credential takes the place of another: something in it is corrected, or it is signed with another key.
Replacement = Literal["replaced", "reissued"]

#: What became of a credential that was made: it is stored; it was not needed any more, because somebody else was faster
#: or has revoked the award meanwhile; or the issuer, or one of its keys, was changed meanwhile: it has to be made anew.
_Outcome = Literal["stored", "not_needed", "issuer_changed"]


def issue(store: Store, issuers: Issuers, award_ids: Sequence[int], now: datetime) -> None:
    """Builds, secures and stores the credentials of awards, and schedules their deliveries.

    An award that has a credential already, or was revoked, is left alone. One that lacks something is set to wait:
    `waiting_for` names the issuer's confirmation, a validity that has passed, a result below the one that the badge
    asks for (`required_value`), or the missing elements. Raises NotFoundError where there is no such award,
    SigningError where a key cannot be used; then none of them is stored.

    Nothing is locked while the credentials are built and signed, which can take a second and, with a device, calls to
    it. So two workers can get here for the same award: the second finds the first one's credential in `_store` and
    drops its own; the status list entry of a dropped one stays unused. In the same way an issuer that was changed
    meanwhile, or a key of it that was stolen, is found there, and the credential is made anew.
    """
    left = list(award_ids)
    while left:
        with store.begin() as session:
            gathered = _gather_first(session, issuers, left, now)
        made, lacking = [], {}
        for new in gathered:
            try:
                made.append(_make(new, now))
            except MissingElementsError as error:
                lacking[new.award_id] = list(error.names)
        with store.begin() as session:
            for award in queries.awards.lock_awards(session, lacking):
                _wait(session, award, lacking[award.id], now)
            outcomes = _store(session, issuers, made, now)
        left = [award_id for award_id, outcome in outcomes.items() if outcome == "issuer_changed"]


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
        made = _make(new, now)
        with store.begin() as session:
            outcome = _store(session, issuers, [made], now).get(new.award_id, "not_needed")
    return outcome == "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A secured credential that is not stored yet: its id, and one SecuredCredential for each proof, by its name."""

    id: str
    new: NewCredential
    secured: Mapping[str, SecuredCredential]


def _make(new: NewCredential, now: datetime) -> _Made:
    """Builds and secures a credential. Raises MissingElementsError and SigningError."""
    credential_id = str(uuid4())
    return _Made(id=credential_id, new=new, secured=new_credential.secured(new, credential_id, now))


def _gather_first(
    session: Session, issuers: Issuers, award_ids: Sequence[int], now: datetime
) -> Sequence[NewCredential]:
    """What is to be issued now of these awards; the others have their credential, or are set to wait.

    After a revocation an award has earlier credentials.
    """
    awards = queries.awards.awards_with_all(session, award_ids)
    if missing := {*award_ids} - {award.id for award in awards}:
        raise NotFoundError(f"there is no award {min(missing)}")
    open_awards = [award for award in awards if award.credential is None and award.status != "revoked"]
    templates = _templates(open_awards)
    found: list[NewCredential] = []
    waiting: dict[int, str] = {}
    for issuer_id in sorted({award.issuer_id for award in open_awards}):
        # Whoever confirms the issuer comes before this, and it is seen here, or after it, and finds the award waiting.
        queries.issuers.keep_issuer(session, issuer_id)
        issuer = issuers.of(session, issuer_id)
        of_issuer = [award for award in open_awards if award.issuer_id == issuer_id]
        lacking = {
            award.id: what
            for award in of_issuer
            if (what := _lacks(issuer, award, templates[award.template_version_id], now))
        }
        ready = [(award, *_before(award)) for award in of_issuer if award.id not in lacking]
        found += _gather(session, issuers, issuer, ready, templates)
        waiting |= lacking
    for award in queries.awards.lock_awards(session, waiting):
        _wait(session, award, [waiting[award.id]], now)
    return found


def _lacks(issuer: Issuer, award: Award, template: Template, now: datetime) -> str | None:
    """What an award has to wait for before its credential can be built."""
    if issuer.confirmed_at is None:
        return "issuer"
    valid_until = template.valid_until(award.earned_at, issuer.profile.zone)
    if valid_until is not None and valid_until <= now:
        return "validity"
    return None if template.is_reached(award.score) else "required_value"


def _before(award: Award) -> tuple[CredentialRow | None, str]:
    """The award's credential before the one that is made now, and why that is made."""
    replaced = {row.replaces_id for row in award.credentials}
    before = next((row for row in award.credentials if row.id not in replaced), None)
    return before, "first" if before is None else "again"


def _gather_replacement(
    session: Session, issuers: Issuers, credential_id: str, why: Replacement, now: datetime
) -> NewCredential | None:
    """None where the credential holds no more, or its result is below the one that the badge asks for."""
    row = queries.credentials.credential(session, credential_id)
    if row is None:
        raise NotFoundError(f"there is no badge {credential_id}")
    templates = _templates([row.award])
    reaches = templates[row.award.template_version_id].is_reached(row.award.score)
    if row.replaced_at or row.revoked_at or row.has_expired(now) or not reaches:
        return None
    queries.issuers.keep_issuer(session, row.issuer_id)
    issuer = issuers.of(session, row.issuer_id)
    if issuer.confirmed_at is None:
        raise NotAllowedError("nothing is issued until the issuer is confirmed")
    (new,) = _gather(session, issuers, issuer, [(row.award, row, why)], templates)
    return new


def _templates(awards: Iterable[Award]) -> Mapping[int, Template]:
    """The templates of the awards, by the ids of their versions; each is read once."""
    bodies = {award.template_version_id: award.template_version.body for award in awards}
    return {version_id: read_template(body) for version_id, body in bodies.items()}


def _gather(
    session: Session,
    issuers: Issuers,
    issuer: Issuer,
    awards: Sequence[tuple[Award, CredentialRow | None, str]],
    templates: Mapping[int, Template],
) -> Sequence[NewCredential]:
    """All that the credentials of these awards of one issuer are made of, each with the one before it, and why."""
    if not awards:
        return []
    addresses = issuer.addresses
    keys = {name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs}
    entries = allocate_entries(session, issuer.id, issuer.address_id, issuer.status_purpose, len(awards))
    found = []
    for (award, before, why), entry in zip(awards, entries, strict=True):
        version, template = award.template_version, templates[award.template_version_id]
        found.append(
            NewCredential(
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
                valid_until=template.valid_until(award.earned_at, issuer.profile.zone),
                score=award.score,
                status=StatusEntry(
                    list_url=addresses.status_list(entry.list_id),
                    index=entry.index,
                    purpose=issuer.status_purpose,
                ),
                keys=keys,
            )
        )
    return found


def _url(session: Session, issuers: Issuers, row: CredentialRow) -> str:
    """The credential's own id, which names the issuer's address of its day."""
    return issuers.at(session, row.status_list.address).addresses.credential(row.id)


def _wait(session: Session, award: Award, names: list[str], now: datetime) -> None:
    """Lets the award, which is locked, wait for what is named; it waits anew only for something else.

    Each attempt comes here. Whoever has revoked it, or issued its credential, while this was found out is not undone.
    """
    if award.status not in ("earned", "waiting"):
        return
    if (award.status, award.waiting_for) != ("waiting", names):
        award.status, award.waiting_for = "waiting", names
        events.record(session, "issuing_waits", "award", award.id, now, data={"for": names})


def _store(
    session: Session, issuers: Issuers, made: Sequence[_Made], now: datetime
) -> Mapping[int, _Outcome]:
    """Stores the credentials, and says by the id of the award what became of each.

    Those of an issuer that has another version or address now, or of whose keys one is retired, are not stored.
    """
    unchanged = {
        issuer.id: _is_unchanged(session, issuers, issuer, kids)
        for issuer, kids in {
            one.new.issuer.id: (one.new.issuer, [key.kid for key in one.new.keys.values()]) for one in made
        }.values()
    }
    # From here to the commit nobody else issues or revokes these awards; see `awards.revoke`.
    awards = {
        award.id: award for award in queries.awards.lock_awards(session, [one.new.award_id for one in made])
    }
    dictionaries = _dictionaries(session, [one.new for one in made])
    outcomes: dict[int, _Outcome] = {}
    stored: dict[str, list[Award]] = {}
    for one in made:
        award = awards.get(one.new.award_id)
        if award is None:  # its learner was erased
            continue
        if not unchanged[one.new.issuer.id]:
            outcomes[award.id] = "issuer_changed"
        elif award.status == "revoked" or _current_id(award) != one.new.current:
            outcomes[award.id] = "not_needed"
        else:
            _store_one(session, award, one, dictionaries[new_credential.shared_name(one.new)], now)
            outcomes[award.id] = "stored"
            if award.person.email:
                for channel in one.new.issuer.channels:
                    stored.setdefault(channel, []).append(award)
    queries.awards.mark_issued(
        session, [award_id for award_id, outcome in outcomes.items() if outcome == "stored"]
    )
    for channel, issued in stored.items():
        plan_deliveries(session, issued, channel, now)
    return outcomes


def _dictionaries(session: Session, made: Iterable[NewCredential]) -> Mapping[str, TextDictionary]:
    """The dictionaries by which the credentials are packed, by their names."""
    of_name = {new_credential.shared_name(new): new for new in made}
    return {
        name: queries.credentials.text_dictionary(session, name, partial(new_credential.shared_text, new))
        for name, new in of_name.items()
    }


def _is_unchanged(session: Session, issuers: Issuers, issuer: Issuer, kids: Sequence[str]) -> bool:
    """Whether the issuer is as it was read, and its keys may still sign. Until the end neither changes."""
    queries.issuers.keep_issuer(session, issuer.id)
    newest = issuers.of(session, issuer.id)
    is_same = (newest.version_id, newest.address_id) == (issuer.version_id, issuer.address_id)
    return is_same and newest.keyring.may_all_sign(session, kids)


def _current_id(award: Award) -> str | None:
    return award.credential.id if award.credential is not None else None


def _store_one(
    session: Session, award: Award, made: _Made, dictionary: TextDictionary, now: datetime
) -> None:
    new, current = made.new, award.credential
    if current is not None:
        current.replaced_at = current.revoked_at = now
        current.revoked_as = new.why
        set_status(session, current)
        session.flush()
    (jwt,) = (one for one in made.secured.values() if one.media_type == VC_JWT.media_type)
    base = made.secured.get(ecdsa_sd_2023.NAME)
    row = CredentialRow(
        id=made.id,
        award_id=award.id,
        template_version_id=new.template_version_id,
        issuer_id=new.issuer.id,
        issuer_profile_id=new.issuer.version_id,
        dictionary=dictionary,
        text=made.secured[EDDSA_RDFC_2022.name].text,
        jwt=jwt.text,
        base_text=base.text if base is not None else None,
        language=new.language,
        status_list_id=new.status_list_id,
        status_index=new.status.index,
        issued_at=now,
        valid_until=new.valid_until,
        why=new.why,
        signed_with=[key.kid for key in new.keys.values()],
        replaces_id=new.replaces,
    )
    session.add(row)
    if current is not None and current.suspended_at is not None:
        # What is suspended stays so, whatever stands in it.
        row.suspended_at, row.suspension_reason = current.suspended_at, current.suspension_reason
        session.flush()
        set_status(session, row)
    notices.plan_expiry(session, row, now)
    data = {"award": award.id} | ({"replaces": new.replaces} if new.replaces else {})
    events.record(
        session, "issued", "credential", made.id, now, why=new.why, data=data, issuer_id=new.issuer.id
    )


def _language(template: Template, wanted: str | None) -> str:
    """The wanted language (`lv-LV` counts as `lv`) where the template has it, else another that it has."""
    return template.language_for((wanted or template.in_language).replace("_", "-").split("-")[0].lower())


def plan_deliveries(session: Session, awards: Iterable[Award], channel: str, now: datetime) -> None:
    """Schedules the delivery of the awards' badges by a channel, once more where one was delivered already."""
    deliveries = []
    for award in awards:
        delivery = next((row for row in award.deliveries if row.channel == channel), None)
        if delivery is None:
            delivery = Delivery(award=award, channel=channel)
            session.add(delivery)
        else:
            # Whoever records at this moment that an earlier badge was sent does so before this, or sees the new badge.
            queries.awards.lock_delivery(session, delivery.id)
        delivery.status, delivery.trouble = "pending", None
        deliveries.append(delivery)
    session.flush()
    payloads = [{"award_id": delivery.award_id, "delivery_id": delivery.id} for delivery in deliveries]
    dead_jobs.add_or_revive(session, "deliver", payloads, now)
