"""The story: a completion earns an award; the award is issued as a badge; the badge is delivered; it may be revoked.

Each step reads, then works, then writes; each may run twice and does its work once, because the tables say so.
Nothing here knows Flask, Celery or pylti1p3.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from badges.bake import bake
from badges.credential import Learner as Subject
from badges.credential import StatusEntry, build
from badges.errors import MissingElementsError
from badges.issuer import IssuerProfile
from badges.jsonld import as_jsonld
from badges.model import AchievementCredential
from badges.template import Template, read_template, text_in
from lti_tool import identity, rules
from lti_tool.addresses import Addresses
from lti_tool.deliveries import CHANNELS
from lti_tool.errors import DeliveryError, NotAllowedError, NotFoundError
from lti_tool.keyring import Keyring
from lti_tool.language import best
from lti_tool.places import free_place, mark
from lti_tool.store import Session, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, AwardRule, CredentialRow, Delivery, Learner
from lti_tool.values import BakedBadge, Completion, Json, Recipient
from signing import status
from signing.proof_set import combined
from signing.proofs import PROOFS, eddsa_rdfc_2022, vc_jwt
from signing.secured import SecuredCredential
from signing.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who awards: the profile in every badge, the keys, what was compiled, the addresses, the channels set up.

    `status_purpose`: badges from now on can be revoked for good (revocation), or suspended and reinstated (suspension).
    """

    profile: IssuerProfile
    keyring: Keyring
    templates: Templates
    addresses: Addresses
    channels: Mapping[str, Any]
    status_purpose: str


def award(session: Session, rule: AwardRule, completion: Completion, now: datetime) -> Award | None:
    """The award that `completion` earns, None where it earns none. The same completion twice: the same award."""
    learner = queries.learner(session, rule.course.registration_id, completion.user_id)
    if learner is None:
        return None
    template_id = rule.template_version.template_id
    known = queries.award_of(session, rule.course_id, template_id, learner.id)
    if known is not None:
        if "learner" in known.waiting_for and (learner.name or learner.email):  # the platform tells it now
            outbox.emit(session, "issue", {"award_id": known.id}, now)
        return known
    ticked = completion.evidence["kind"] == "teacher_tick"
    bar = rules.Bar(
        minimum_score=None if ticked else rule.minimum_score,
        not_before=rule.not_before,
        paused=rule.paused,
    )
    if (rule.needs_tick and not ticked) or not rules.earns(completion.score, bar, now):
        return None
    fresh = Award(
        course_id=rule.course_id,
        template_id=template_id,
        learner=learner,
        rule=rule,
        score=completion.score,
        evidence=dict(completion.evidence),
        completed_at=completion.completed_at,
        earned_at=now,
    )
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:  # another worker saw the same completion a moment earlier
        return queries.award_of(session, rule.course_id, template_id, learner.id)
    outbox.emit(session, "issue", {"award_id": fresh.id}, now)
    return fresh


def issue(store: Store, issuer: Issuer, award_id: int, now: datetime) -> None:
    """Builds, secures and keeps the award's credential; an award that lacks something waits and says for what."""
    with store.begin() as session:
        award = _award(session, award_id)
        if award.credential is not None or award.status == "revoked":
            return
        if not identity.is_confirmed(session, issuer.profile):
            award.status, award.waiting_for = "waiting", ["issuer"]
            return
        keys = {name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs}
        place = free_place(session, issuer.profile.id, issuer.status_purpose)
        template = read_template(award.rule.template_version.body)
        version = award.rule.template_version
        learner = award.learner
    credential_id = str(uuid4())
    language = _language(template, learner.language)
    urls = issuer.addresses
    given_to = partial(
        build,
        template=template,
        template_url=urls.achievement(version.template_id, version.version),
        version=version.version,
        picture_url=urls.picture(version.template_id, version.version),
        issuer=issuer.profile,
        language=language,
        extension_url=urls.extension_context,
    )
    entry = StatusEntry(
        list_url=urls.status_list(place.list_id), index=place.index, purpose=issuer.status_purpose
    )
    try:
        credential = given_to(
            credential_id=urls.credential(credential_id),
            learner=Subject(name=learner.name, email=learner.email),
            salt=secrets.token_hex(16),
            awarded_at=award.earned_at,
            now=now,
            score=award.score,
            status=entry,
        )
    except MissingElementsError as error:
        with store.begin() as session:
            waiting = _award(session, award_id)
            waiting.status, waiting.waiting_for = "waiting", list(error.names)
        return
    document = as_jsonld(credential)
    secured = {
        name: issuer.templates.secure(
            document, lambda: _twin(given_to, learner, award.score, entry), key, now
        )
        if name == eddsa_rdfc_2022.NAME
        else PROOFS[name].secure(document, key, now)
        for name, key in keys.items()
    }
    with store.begin() as session:
        award = _award(session, award_id)
        queries.hold_award(session, award)
        if award.credential is not None or award.status == "revoked":
            return
        session.add(
            CredentialRow(
                id=credential_id,
                award_id=award.id,
                template_version_id=version.id,
                issuer_id=issuer.profile.id,
                text=combined(_of_type(secured, eddsa_rdfc_2022.MEDIA_TYPE)).text,
                jwt=_of_type(secured, vc_jwt.MEDIA_TYPE)[0].text,
                language=language,
                status_list_id=place.list_id,
                status_index=place.index,
                issued_at=now,
            )
        )
        award.status, award.waiting_for = "issued", []
        if learner.email:
            for channel in issuer.channels:
                _plan_delivery(session, award, channel, now)


def _twin(
    given_to: Callable[..., AchievementCredential],
    learner: Learner,
    score: Decimal | None,
    entry: StatusEntry,
) -> Json:
    """The credential as nobody would be given it, of the same shape: what is compiled holds nothing of a learner."""
    nobody = secrets.token_hex(16)
    return as_jsonld(
        given_to(
            credential_id=f"urn:uuid:{uuid4()}",
            learner=Subject(name=learner.name and nobody, email=learner.email and f"{nobody}@nobody.invalid"),
            salt=secrets.token_hex(16),
            awarded_at=datetime(1970, 1, 1, tzinfo=UTC),
            now=datetime(1970, 1, 2, tzinfo=UTC),
            score=None if score is None else Decimal("0.0001"),
            status=replace(entry, list_url=f"urn:uuid:{uuid4()}", index=status.LENGTH),
        )
    )


def template_name(issuer_id: str, credential: Json) -> str | None:
    """The name that credentials of one achievement, version and language share; None for those of other issuers."""
    match credential:
        case {
            "issuer": {"id": str(issuer)},
            "credentialSubject": {"achievement": {"id": str(achievement), "name": str(name)}},
        } if issuer == issuer_id:
            return f"{achievement} {name}"
        case _:
            return None


def _of_type(secured: Mapping[str, SecuredCredential], media_type: str) -> list[SecuredCredential]:
    return [one for one in secured.values() if one.media_type == media_type]


def baked(issuer: Issuer, credential: CredentialRow) -> BakedBadge:
    """The picture with the JSON credential in it: the same bytes each time."""
    template = read_template(credential.template_version.body)
    secured = SecuredCredential(credential.text, eddsa_rdfc_2022.MEDIA_TYPE)
    return BakedBadge(
        credential_id=credential.id,
        name=text_in(template.name, credential.language),
        issuer_name=issuer.profile.name_in(credential.language),
        page_url=issuer.addresses.badge_page(credential.id),
        png=bake(credential.template_version.picture, secured),
    )


def deliver(store: Store, issuer: Issuer, delivery_id: int, now: datetime) -> None:
    """Brings the badge by one channel; raises DeliveryError where it is worth another try."""
    with store.read() as session:
        delivery = queries.delivery(session, delivery_id)
        if delivery is None or delivery.status == "sent" or delivery.award.credential is None:
            return
        if delivery.award.status == "revoked":
            return _give_up(
                store, delivery_id, DeliveryError("the badge was revoked before it could be sent")
            )
        learner, channel = delivery.award.learner, delivery.channel
        badge = baked(issuer, delivery.award.credential)
        language = delivery.award.credential.language
        reference = f"{badge.credential_id}.{channel}@{issuer.addresses.host}"
    recipient = Recipient(
        name=learner.name or "", email=learner.email, language=best([learner.language, language])
    )
    try:
        receipt = CHANNELS[channel].deliver(badge, recipient, issuer.channels[channel], reference)
    except DeliveryError as error:
        if error.permanent:
            return _give_up(store, delivery_id, error)
        with store.begin() as session:
            session.get_one(Delivery, delivery_id).trouble = error.as_json()
        raise
    with store.begin() as session:
        done = session.get_one(Delivery, delivery_id)
        done.status, done.reference, done.sent_at, done.trouble = "sent", receipt.reference, now, None


def _give_up(store: Store, delivery_id: int, trouble: DeliveryError) -> None:
    with store.begin() as session:
        failed = session.get_one(Delivery, delivery_id)
        failed.status, failed.trouble = "failed", trouble.as_json()


def resend(session: Session, issuer: Issuer, award: Award, now: datetime) -> None:
    """Every channel once more."""
    for channel in issuer.channels:
        _plan_delivery(session, award, channel, now)


def revoke(session: Session, award: Award, reason: str, now: datetime) -> None:
    """The award no longer holds: its page says so, and its bit in the status list is set for every later check."""
    queries.hold_award(session, award)  # it may be being issued at this moment
    if award.status == "revoked":
        return
    award.status = "revoked"
    credential = award.credential
    if credential is None:
        return
    credential.revoked_at, credential.revocation_reason = now, reason
    mark(session, credential, True)


def suspend(session: Session, award: Award, reason: str, now: datetime) -> None:
    """The award does not hold for the time being; raises NotAllowedError for a badge that can only be revoked."""
    credential = _suspendable(session, award)
    if credential.suspended_at is None:
        credential.suspended_at, credential.suspension_reason = now, reason
        mark(session, credential, True)


def reinstate(session: Session, award: Award) -> None:
    """The award holds again."""
    credential = _suspendable(session, award)
    if credential.suspended_at is not None:
        credential.suspended_at, credential.suspension_reason = None, None
        mark(session, credential, False)


def _suspendable(session: Session, award: Award) -> CredentialRow:
    queries.hold_award(session, award)
    credential = award.credential
    if award.status != "issued" or credential is None or credential.status_list.purpose != "suspension":
        raise NotAllowedError(
            "the badge cannot be suspended: STATUS_PURPOSE was not suspension when it was issued"
        )
    return credential


def _award(session: Session, award_id: int) -> Award:
    award = queries.award(session, award_id)
    if award is None:
        raise NotFoundError(f"there is no award {award_id}")
    return award


def _language(template: Template, wanted: str | None) -> str:
    """The learner's language, where the template speaks it: `lv-LV` counts as `lv`."""
    return template.language_for((wanted or template.in_language).replace("_", "-").split("-")[0].lower())


def _plan_delivery(session: Session, award: Award, channel: str, now: datetime) -> None:
    delivery = next((row for row in award.deliveries if row.channel == channel), None)
    if delivery is None:
        delivery = Delivery(award=award, channel=channel)
        session.add(delivery)
    delivery.status, delivery.trouble = "pending", None
    session.flush()
    outbox.emit(session, "deliver", {"delivery_id": delivery.id}, now)
