"""Issuing: from an award to a secured credential in the store, from there to a baked badge."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import uuid4

from badges.bake import bake
from badges.credential import Learner as Subject
from badges.credential import StatusEntry, build_credential
from badges.errors import MissingElementsError
from badges.jsonld import as_jsonld
from badges.template.model import Template, read_template, text_in
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import notices
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.status_lists import allocate_entry, set_status
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, CredentialRow, Delivery
from lti_tool.values import BakedBadge, Json
from signing import status
from signing.keys import SigningKey
from signing.proof_set import combined
from signing.proofs import EDDSA_RDFC_2022, PROOFS, VC_JWT
from signing.secured import SecuredCredential

#: Why a credential takes the place of another: something in it is corrected, or it is signed with another key.
Replacement = Literal["replaced", "reissued"]

#: What became of a credential that was made: it is stored; it was not needed any more, because somebody else was faster
#: or has revoked the award meanwhile; or the issuer was changed meanwhile, so that it has to be made anew.
_Outcome = Literal["stored", "not_needed", "issuer_changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """All that the credential of one award is made of, read in one transaction; plain values, no rows.

    `replaces` is the id of the award's credential before, `current` the same where that is still in use, and `why` that
    of the row.
    """

    issuer: Issuer
    award_id: int
    replaces: str | None
    replaces_url: str | None
    current: str | None
    why: str
    template_version_id: int
    status_list_id: int
    template: Template
    template_url: str
    picture_url: str
    version: int
    language: str
    learner: Subject
    awarded_at: datetime
    assessed_at: datetime | None
    valid_until: datetime | None
    score: Decimal | None
    status: StatusEntry
    keys: Mapping[str, SigningKey]
    """By the name of the proof that signs with it, in the order of the proofs."""


def issue(store: Store, issuers: Issuers, award_id: int, now: datetime) -> None:
    """Builds, secures and stores the credential of an award, and schedules its deliveries.

    An award that has a credential already, or was revoked, is left alone. One that lacks something is set to wait:
    `waiting_for` names the issuer's confirmation, a validity that has passed, a result below the one that the badge
    asks for (`required_value`), or the missing elements. Raises NotFoundError where there is no such award,
    SigningError where a key cannot be used.

    Nothing is locked while the credential is built and signed, which can take a second and, with a device, a call to
    it. So two workers can get here for the same award: the second finds the first one's credential in `_store` and
    drops its own. The status list entry of a dropped credential was only chosen, never stored. In the same way an
    issuer that was changed meanwhile is found there, and the credential is made anew.
    """
    outcome: _Outcome = "issuer_changed"
    while outcome == "issuer_changed":
        with store.begin() as session:
            gathered = _gather_first(session, issuers, award_id, now)
        if gathered is None:
            return
        try:
            outcome = _make(store, issuers, gathered, now)
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
            gathered = _gather_replacement(session, issuers, credential_id, why, now)
        if gathered is None:
            return False
        outcome = _make(store, issuers, gathered, now)
    return outcome == "stored"


def _make(store: Store, issuers: Issuers, gathered: _Gathered, now: datetime) -> _Outcome:
    """Builds, secures and stores the credential. Raises MissingElementsError."""
    issuer = gathered.issuer
    credential_id = str(uuid4())
    credential = _build(
        issuer,
        gathered,
        credential_url=issuer.addresses.credential(credential_id),
        salt=secrets.token_hex(16),
        now=now,
    )
    secured = _secure(issuer, gathered, credential, now)
    with store.begin() as session:
        return _store(session, issuers, gathered, credential_id, secured, now)


def _gather_first(session: Session, issuers: Issuers, award_id: int, now: datetime) -> _Gathered | None:
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
) -> _Gathered | None:
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
) -> _Gathered:
    addresses = issuer.addresses
    version = award.template_version
    template = read_template(version.body)
    entry = allocate_entry(session, issuer.id, issuer.address_id, issuer.status_purpose)
    return _Gathered(
        issuer=issuer,
        award_id=award.id,
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
    """Lets the award wait for what is named; each attempt comes here, but it waits anew only for something else."""
    if (award.status, award.waiting_for) != ("waiting", names):
        award.status, award.waiting_for = "waiting", names
        events.record(session, "issuing_waits", "award", award.id, now, data={"for": names})


def _build(issuer: Issuer, gathered: _Gathered, *, credential_url: str, salt: str, now: datetime) -> Json:
    """The credential as JSON-LD, without a proof. Raises MissingElementsError."""
    return as_jsonld(
        build_credential(
            credential_id=credential_url,
            template=gathered.template,
            template_url=gathered.template_url,
            version=gathered.version,
            picture_url=gathered.picture_url,
            issuer=issuer.profile,
            learner=gathered.learner,
            salt=salt,
            language=gathered.language,
            awarded_at=gathered.awarded_at,
            assessed_at=gathered.assessed_at,
            now=now,
            score=gathered.score,
            status=gathered.status,
            valid_until=gathered.valid_until,
            replaces=gathered.replaces_url,
            extension_url=issuer.addresses.extension_context,
        )
    )


def _secure(issuer: Issuer, gathered: _Gathered, credential: Json, now: datetime) -> list[SecuredCredential]:
    """The credential with each of the issuer's proofs, in their order."""
    return [
        issuer.compiled_forms.secure(credential, lambda: _dummy_credential(issuer, gathered), key, now)
        if name == EDDSA_RDFC_2022.name
        else PROOFS[name].secure(credential, key, now)
        for name, key in gathered.keys.items()
    ]


def _dummy_credential(issuer: Issuer, gathered: _Gathered) -> Json:
    """A credential for a fictitious learner, with the same structure as the real one.

    Canonicalizing a credential (RDFC-1.0) takes most of the time of signing it, and the credentials of one achievement
    differ in a few values only. So `signing.compiled` compares the first real credential with this one: values in which
    they differ become the slots of the compiled form, all others become its constant text. Later credentials are signed
    by filling in the slots.

    A change of this function, or a new field of the credential, must keep two things true:

    * Every value that can differ between two learners has to differ here, and for certain: hence random values, dates
      before any badge, an index that no list has. A value that is equal by chance or by mistake becomes constant
      text: the form, which is stored in the database for all processes, then holds personal data of the first learner,
      and fits nobody else. It cannot sign anything false: a form is used only for a credential that it reproduces.
    * Both must have the same structure. So the dummy has a name, an e-mail address, a score, an end and a predecessor
      exactly where the real one has them. Credentials of another structure get a compiled form of their own.
    """
    real = gathered.learner
    fictitious = secrets.token_hex(16)
    dummy = replace(
        gathered,
        learner=Subject(
            name=fictitious if real.name else real.name,
            email=f"{fictitious}@nobody.invalid" if real.email else real.email,
        ),
        awarded_at=datetime(1970, 1, 1, tzinfo=UTC),
        assessed_at=None if gathered.assessed_at is None else datetime(1970, 1, 1, 12, tzinfo=UTC),
        valid_until=None if gathered.valid_until is None else datetime(1970, 1, 3, tzinfo=UTC),
        score=None if gathered.score is None else Decimal("-0.5"),
        replaces_url=None if gathered.replaces_url is None else f"urn:uuid:{uuid4()}",
        # The purpose stays: it changes with a setting, for all credentials at once.
        status=replace(gathered.status, list_url=f"urn:uuid:{uuid4()}", index=status.LENGTH),
    )
    return _build(
        issuer,
        dummy,
        credential_url=f"urn:uuid:{uuid4()}",
        salt=secrets.token_hex(16),
        now=datetime(1970, 1, 2, tzinfo=UTC),
    )


def _store(
    session: Session,
    issuers: Issuers,
    gathered: _Gathered,
    credential_id: str,
    secured: Sequence[SecuredCredential],
    now: datetime,
) -> _Outcome:
    """Stores the credential, unless its version or address is not the issuer's current one any more."""
    issuer, award = gathered.issuer, _award(session, gathered.award_id)
    queries.issuers.keep_issuer(session, issuer.id)
    newest = issuers.of(session, issuer.id)
    if (newest.version_id, newest.address_id) != (issuer.version_id, issuer.address_id):
        return "issuer_changed"
    # From here to the commit nobody else issues or revokes this award; see `awards.revoke`.
    queries.awards.lock_award(session, award)
    current = award.credential
    if award.status == "revoked" or (current.id if current is not None else None) != gathered.current:
        return "not_needed"
    if current is not None:
        current.replaced_at = current.revoked_at = now
        current.revoked_as = gathered.why
        set_status(session, current)
        session.flush()
    json_proofs = [one for one in secured if one.media_type == EDDSA_RDFC_2022.media_type]
    (jwt,) = (one for one in secured if one.media_type == VC_JWT.media_type)
    row = CredentialRow(
        id=credential_id,
        award_id=award.id,
        template_version_id=gathered.template_version_id,
        issuer_id=issuer.id,
        issuer_profile_id=issuer.version_id,
        text=combined(json_proofs).text,
        jwt=jwt.text,
        language=gathered.language,
        status_list_id=gathered.status_list_id,
        status_index=gathered.status.index,
        issued_at=now,
        valid_until=gathered.valid_until,
        why=gathered.why,
        signed_with=[key.kid for key in gathered.keys.values()],
        replaces_id=gathered.replaces,
    )
    session.add(row)
    if current is not None and current.suspended_at is not None:
        # What is suspended stays so, whatever stands in it.
        row.suspended_at, row.suspension_reason = current.suspended_at, current.suspension_reason
        session.flush()
        set_status(session, row)
    notices.plan_expiry(session, row, now)
    award.status, award.waiting_for = "issued", []
    data = {"award": award.id} | ({"replaces": gathered.replaces} if gathered.replaces else {})
    events.record(
        session, "issued", "credential", credential_id, now, why=gathered.why, data=data, issuer_id=issuer.id
    )
    if award.person.email:
        for channel in issuer.channels:
            plan_delivery(session, award, channel, now)
    return "stored"


def form_name(is_own: Callable[[str], bool], credential: Json) -> str | None:
    """The name of the compiled forms that fit a credential: one for each issuer, achievement, version and language.

    `is_own` says whether a DID is, or was, that of an issuer of this tool: None for a credential of any other. The
    achievement's id contains the version, its name is in the language.
    """
    match credential:
        case {
            "issuer": {"id": str(issuer)},
            "credentialSubject": {"achievement": {"id": str(achievement), "name": str(name)}},
        } if is_own(issuer):
            return f"{issuer} {achievement} {name}"
        case _:
            return None


def bake_badge(issuer: Issuer, credential: CredentialRow) -> BakedBadge:
    """The template's picture with the JSON credential baked in; the same bytes each time."""
    template = read_template(credential.template_version.body)
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    return BakedBadge(
        credential_id=credential.id,
        name=text_in(template.name, credential.language),
        issuer_name=issuer.profile.name_in(credential.language),
        page_url=issuer.addresses.badge_page(credential.id),
        png=bake(credential.template_version.picture, secured),
        why=cast(Any, credential.why),
    )


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
    delivery.status, delivery.trouble = "pending", None
    session.flush()
    outbox.add(session, "deliver", {"delivery_id": delivery.id}, now)
