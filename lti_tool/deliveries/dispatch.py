"""Deliveries: handing a badge to its channel, recording the outcome, sending it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from lti_tool.awarding.unreached_wholes import unreached_wholes
from lti_tool.deliveries import CHANNELS
from lti_tool.deliveries.recording import record
from lti_tool.deliveries.returns import badge_reference
from lti_tool.errors import DeliveryError, NotFoundError, PlatformError, UserFacingError
from lti_tool.issuing import notices
from lti_tool.issuing.baking import bake_badge, name_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.storing import plan_deliveries
from lti_tool.language import mail_language
from lti_tool.mails.content import MailContent
from lti_tool.platforms.services import Connect
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import Award, CredentialRow, Delivery, Person
from lti_tool.values import Json, Receipt, Recipient


def deliver(store: Store, issuers: Issuers, connect: Connect, delivery_id: int, now: datetime) -> None:
    """Delivers a badge by its channel and records the outcome; a delivery that was sent already is left alone.

    Raises DeliveryError where another attempt may succeed, NotFoundError where there is no such delivery. A permanent
    failure, or a badge that was revoked meanwhile, is recorded as failed. Sending comes between two transactions: if
    the process dies before the second one, the badge is sent again, with the same `reference`.
    """
    with store.read() as session:
        delivery = queries.awards.delivery(session, delivery_id)
        if delivery is None:
            raise NotFoundError(f"there is no delivery {delivery_id}")
        if delivery.status == "sent" or delivery.award.credential is None:
            return
        if delivery.award.status == "revoked":
            trouble = DeliveryError("the badge was revoked before it could be sent")
            return _record_failure(store, delivery_id, trouble, "revoked", now)
        credential_id, channel = delivery.award.credential.id, delivery.channel
        bring = _bringing(session, issuers, connect, delivery, now)
    try:
        receipt = bring()
    except (DeliveryError, PlatformError) as error:
        if error.permanent:
            return _record_failure(store, delivery_id, error, "permanent", now)
        with store.begin() as session:
            session.get_one(Delivery, delivery_id).trouble = error.as_json()
        if isinstance(error, DeliveryError):
            raise
        raise DeliveryError(error.sentence, error.about, retry_after=error.retry_after) from error

    def write(session: Session) -> None:
        sent = queries.awards.lock_delivery(session, delivery_id)
        current = sent.award.credential
        if sent.status == "sent" or current is None or current.id != credential_id:
            # Another worker had the same job, and was faster: the recipient knows both mails by their reference. Or the
            # badge was replaced while this one was sent, and a job of its own sends the new one.
            return
        sent.status, sent.reference, sent.sent_at, sent.trouble = "sent", receipt.reference, now, None
        events.record(session, "delivered", "delivery", delivery_id, now, why=channel, data=_award_of(sent))
        if sent.award.status == "revoked" and hasattr(CHANNELS[channel], "take_back"):
            # It was revoked in this moment, when there was nothing to take back yet.
            outbox.add(session, "take_back", _payload(sent), now)

    record(store, write)


def _bringing(
    session: Session, issuers: Issuers, connect: Connect, delivery: Delivery, now: datetime
) -> Callable[[], Receipt]:
    """The call that brings the badge, with all that it needs from the database. It raises what the channel does."""
    award, channel = delivery.award, delivery.channel
    credential = award.credential
    if credential is None:
        raise NotFoundError("the award has no credential")
    if hasattr(CHANNELS[channel], "is_open"):
        place = queries.awards.places(session, [award.id]).get(award.id)
        if place is None or not CHANNELS[channel].is_open(place):
            return _fails(DeliveryError("this was switched off before it could be shown", permanent=True))
        name = name_of(credential)
        registration = queries.platforms.as_registration(award.rule.course.registration)
        return lambda: CHANNELS[channel].show(name, place, connect(registration), now)
    issuer = issuers.of(session, award.issuer_id)
    badge = bake_badge(issuer, credential)
    recipient = recipient_of(award.person, credential)
    reference = f"{badge_reference(delivery, credential.id)}.{channel}@{issuer.addresses.host}"
    return lambda: CHANNELS[channel].deliver(badge, recipient, issuer.channels[channel], reference)


def _fails(error: DeliveryError) -> Callable[[], Receipt]:
    def fail() -> Receipt:
        raise error

    return fail


def take_back(store: Store, connect: Connect, delivery_id: int, now: datetime) -> None:
    """Has the platform show a revoked badge no longer, where its channel can. Raises DeliveryError.

    A badge that was awarded again meanwhile is left where it is.
    """
    with store.read() as session:
        delivery = queries.awards.delivery(session, delivery_id)
        if delivery is None:
            raise NotFoundError(f"there is no delivery {delivery_id}")
        channel: Any = CHANNELS.get(delivery.channel)  # none of what a wallet took by itself
        place = queries.awards.places(session, [delivery.award_id]).get(delivery.award_id)
        is_over = delivery.award.status != "revoked" or delivery.status != "sent"
        if is_over or place is None or not hasattr(channel, "take_back"):
            return
        registration = queries.platforms.as_registration(delivery.award.rule.course.registration)
    try:
        channel.take_back(place, connect(registration), now)
    except PlatformError as error:
        raise DeliveryError(
            error.sentence, error.about, permanent=error.permanent, retry_after=error.retry_after
        ) from error
    with store.begin() as session:
        taken = session.get_one(Delivery, delivery_id)
        events.record(
            session, "taken_back", "delivery", delivery_id, now, why=taken.channel, data=_award_of(taken)
        )


def channels_that_tell(issuers: Issuers) -> list[str]:
    """The channels that are set up and can tell a learner what became of a badge."""
    return [name for name in issuers.channels if hasattr(CHANNELS[name], "tell")]


def tell(store: Store, issuers: Issuers, notice_id: int, now: datetime) -> None:
    """Tells a learner what became of a badge, once, by the channel of the notice.

    Raises DeliveryError where another attempt may succeed, NotFoundError where there is no such notice. What is not
    true any more is not told.
    """
    with store.read() as session:
        row = queries.credentials.notice(session, notice_id)
        if row is None:
            raise NotFoundError(f"there is no notice {notice_id}")
        if row.status != "pending":
            return
        if not notices.is_still_so(row.credential, row.kind, now):
            return _end_notice(store, notice_id, "failed", "not_so_any_more", now)
        if notices.is_refused(session, row.credential, row.kind):
            return _end_notice(store, notice_id, "failed", "refused", now)
        issuer = issuers.of(session, row.credential.issuer_id)
        recipient = recipient_of(row.credential.award.person, row.credential)
        notice = notices.notice_of(issuer, row, recipient.language)
        if row.kind == "expires":
            wholes = unreached_wholes(session, row.credential.award, recipient.language)
            notice = replace(notice, part_of=wholes)
        channel: Any = CHANNELS[row.channel]
        options = issuer.channels[row.channel]
        reference = f"notice-{notice_id}.{row.channel}@{issuer.addresses.host}"
    try:
        channel.tell(notice, recipient, options, reference)
    except DeliveryError as error:
        if not error.permanent:
            raise
        return _end_notice(store, notice_id, "failed", "permanent", now)
    _end_notice(store, notice_id, "sent", "", now)


def recipient_of(learner: Person, credential: CredentialRow) -> Recipient:
    """The learner as mails about the credential address them: in their language, else in that of the credential."""
    return Recipient(
        name=learner.name or "",
        email=learner.email,
        language=mail_language([learner.language, credential.language]),
    )


def _end_notice(store: Store, notice_id: int, status: str, why: str, now: datetime) -> None:
    def write(session: Session) -> None:
        row = queries.credentials.lock_notice(session, notice_id)
        if row.status != "pending":
            # Another worker had the same job, and was faster. The recipient knows both mails by their reference.
            return
        row.status, row.sent_at = status, now
        data = {"kind": row.kind, "channel": row.channel}
        if status == "sent":
            events.record(session, "told", "credential", row.credential_id, now, why=row.kind, data=data)
        else:
            events.record(session, "not_told", "credential", row.credential_id, now, why=why, data=data)

    record(store, write)


def send(issuer: Issuer, mail: MailContent, reference: str) -> None:
    """Brings any mail by the first channel that can; `reference` identifies it. Raises DeliveryError."""
    name = next((name for name in issuer.channels if hasattr(CHANNELS[name], "send")), None)
    if name is None:
        raise DeliveryError("no channel brings such a mail", permanent=True)
    CHANNELS[name].send(mail, issuer.channels[name], f"{reference}.{name}@{issuer.addresses.host}")


def is_sent(issuer: Issuer, mail: MailContent, reference: str) -> bool:
    """Brings any mail as `send` does; False where it never can be, such as to somebody without an address.

    Raises DeliveryError where another attempt may succeed.
    """
    try:
        send(issuer, mail, reference)
    except DeliveryError as error:
        if not error.permanent:
            raise
        return False
    return True


def _record_failure(
    store: Store, delivery_id: int, trouble: UserFacingError, why: str, now: datetime
) -> None:
    with store.begin() as session:
        failed = session.get_one(Delivery, delivery_id)
        failed.status, failed.trouble = "failed", trouble.as_json()
        data = _award_of(failed)
        events.record(session, "delivery_failed", "delivery", delivery_id, now, why=why, data=data)


def _award_of(delivery: Delivery) -> Json:
    return {"award": delivery.award_id}


def _payload(delivery: Delivery) -> Json:
    return {"award_id": delivery.award_id, "delivery_id": delivery.id}


def resend(session: Session, issuer: Issuer, award: Award, now: datetime, by: Actor = TOOL) -> None:
    """Schedules the delivery of an award's badge by every channel once more."""
    for channel in issuer.channels:
        plan_deliveries(session, [award.id], channel, now)
    events.record(session, "delivery_repeated", "award", award.id, now, actor=by)
