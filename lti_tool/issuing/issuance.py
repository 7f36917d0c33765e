"""Issuing: from an award to a secured credential in the store, from there to a baked badge."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from badges.bake import bake
from badges.credential import Learner as Subject
from badges.credential import StatusEntry, build_credential
from badges.errors import MissingElementsError
from badges.issuer import IssuerProfile
from badges.jsonld import as_jsonld
from badges.template.model import Template, read_template, text_in
from lti_tool.addresses import Addresses
from lti_tool.errors import NotFoundError
from lti_tool.issuing import legal_identity
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.status_lists import allocate_entry
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, CredentialRow, Delivery
from lti_tool.values import BakedBadge, Json
from signing import status
from signing.compiled.cache import CompiledForms
from signing.keys import SigningKey
from signing.proof_set import combined
from signing.proofs import EDDSA_RDFC_2022, PROOFS, VC_JWT
from signing.secured import SecuredCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The issuer of this installation, and everything that issuing needs.

    `channels`: the options of each delivery channel that is set up, by its name. `status_purpose`: whether credentials
    from now on can be revoked for good ("revocation"), or suspended and reinstated ("suspension").
    """

    profile: IssuerProfile
    keyring: Keyring
    compiled_forms: CompiledForms
    addresses: Addresses
    channels: Mapping[str, Any]
    status_purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """All that the credential of one award is made of, read in one transaction; plain values, no rows."""

    award_id: int
    template_version_id: int
    status_list_id: int
    template: Template
    template_url: str
    picture_url: str
    version: int
    language: str
    learner: Subject
    awarded_at: datetime
    valid_until: datetime | None
    score: Decimal | None
    status: StatusEntry
    keys: Mapping[str, SigningKey]
    """By the name of the proof that signs with it, in the order of the proofs."""


def issue(store: Store, issuer: Issuer, award_id: int, now: datetime) -> None:
    """Builds, secures and stores the credential of an award, and schedules its deliveries.

    An award that has a credential already, or was revoked, is left alone. One that lacks something is set to wait:
    `waiting_for` names the issuer's confirmation, a validity that has passed, or the missing elements. Raises
    NotFoundError where there is no such award, SigningError where a key cannot be used.

    Nothing is locked while the credential is built and signed, which can take a second and, with a device, a call to
    it. So two workers can get here for the same award: the second finds the first one's credential in `_store` and
    drops its own. The status list entry of a dropped credential was only chosen, never stored.
    """
    with store.begin() as session:
        gathered = _gather(session, issuer, award_id, now)
    if gathered is None:
        return
    credential_id = str(uuid4())
    try:
        credential = _build(
            issuer,
            gathered,
            credential_url=issuer.addresses.credential(credential_id),
            salt=secrets.token_hex(16),
            now=now,
        )
    except MissingElementsError as error:
        with store.begin() as session:
            _wait(session, _award(session, award_id), list(error.names), now)
        return
    secured = _secure(issuer, gathered, credential, now)
    with store.begin() as session:
        _store(session, issuer, gathered, credential_id, secured, now)


def _gather(session: Session, issuer: Issuer, award_id: int, now: datetime) -> _Gathered | None:
    """None where there is nothing to issue now."""
    award = _award(session, award_id)
    if award.credential is not None or award.status == "revoked":
        return None
    if not legal_identity.is_confirmed(session, issuer.profile):
        _wait(session, award, ["issuer"], now)
        return None
    addresses = issuer.addresses
    version = award.template_version
    template = read_template(version.body)
    valid_until = template.valid_until(award.earned_at, issuer.profile.zone)
    if valid_until is not None and valid_until <= now:
        _wait(session, award, ["validity"], now)
        return None
    entry = allocate_entry(session, issuer.profile.id, issuer.status_purpose)
    return _Gathered(
        award_id=award.id,
        template_version_id=version.id,
        status_list_id=entry.list_id,
        template=template,
        template_url=addresses.achievement(version.template_id, version.version),
        picture_url=addresses.picture(version.template_id, version.version),
        version=version.version,
        language=_language(template, award.person.language),
        learner=Subject(name=award.person.name, email=award.person.email),
        awarded_at=award.earned_at,
        valid_until=valid_until,
        score=award.score,
        status=StatusEntry(
            list_url=addresses.status_list(entry.list_id), index=entry.index, purpose=issuer.status_purpose
        ),
        keys={name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs},
    )


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
            now=now,
            score=gathered.score,
            status=gathered.status,
            valid_until=gathered.valid_until,
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
    * Both must have the same structure. So the dummy has a name, an e-mail address, a score and an end exactly where
      the real one has them. Credentials of another structure get a compiled form of their own.
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
        valid_until=None if gathered.valid_until is None else datetime(1970, 1, 3, tzinfo=UTC),
        score=None if gathered.score is None else Decimal("0.0001"),
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
    issuer: Issuer,
    gathered: _Gathered,
    credential_id: str,
    secured: Sequence[SecuredCredential],
    now: datetime,
) -> None:
    award = _award(session, gathered.award_id)
    # From here to the commit nobody else issues or revokes this award; see `awards.revoke`.
    queries.awards.lock_award(session, award)
    if award.credential is not None or award.status == "revoked":
        return
    before = award.credentials[-1] if award.credentials else None
    json_proofs = [one for one in secured if one.media_type == EDDSA_RDFC_2022.media_type]
    (jwt,) = (one for one in secured if one.media_type == VC_JWT.media_type)
    session.add(
        CredentialRow(
            id=credential_id,
            award_id=award.id,
            template_version_id=gathered.template_version_id,
            issuer_id=issuer.profile.id,
            text=combined(json_proofs).text,
            jwt=jwt.text,
            language=gathered.language,
            status_list_id=gathered.status_list_id,
            status_index=gathered.status.index,
            issued_at=now,
            valid_until=gathered.valid_until,
            replaces_id=before.id if before else None,
        )
    )
    award.status, award.waiting_for = "issued", []
    events.record(session, "issued", "credential", credential_id, now, data={"award": award.id})
    if award.person.email:
        for channel in issuer.channels:
            plan_delivery(session, award, channel, now)


def form_name(issuer_id: str, credential: Json) -> str | None:
    """The name of the compiled forms that fit a credential: the same for one achievement, version and language.

    None for a credential of another issuer. The achievement's id contains the version, its name is in the language.
    """
    match credential:
        case {
            "issuer": {"id": str(issuer)},
            "credentialSubject": {"achievement": {"id": str(achievement), "name": str(name)}},
        } if issuer == issuer_id:
            return f"{achievement} {name}"
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
