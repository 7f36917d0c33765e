"""What learners are told about their badges: planned in the transaction of the act, one task a channel later.

A notice is about a credential, and about what happened to it at a time: that and the channel make it unique, so that it
is told once however often its task runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from badges.template.model import stored_template, text_in
from lti_tool.issuing.baking import picture_url
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import CredentialRow, Notice
from lti_tool.values import BadgeNotice, Json

#: How many days before its end a learner is told that a badge expires.
EXPIRY_DAYS = (30, 7)


def plan(session: Session, credential: CredentialRow, kind: str, now: datetime) -> None:
    """Has the learner told what happened to the credential now: revoked, mistake, suspended or reinstated."""
    outbox.add(session, "tell", _payload(credential.award_id, credential.id, kind, now), now)


def plan_expiry(
    session: Session, award_id: int, credential_id: str, valid_until: datetime, now: datetime
) -> None:
    """Has the learner told before the credential expires, as far as that is still ahead."""
    for days in EXPIRY_DAYS:
        due_at = valid_until - timedelta(days=days)
        if due_at > now:
            outbox.add(session, "tell", _payload(award_id, credential_id, "expires", due_at), due_at)


def _payload(award_id: int, credential_id: str, kind: str, at: datetime) -> Json:
    return {"award_id": award_id, "credential_id": credential_id, "kind": kind, "at": at.isoformat()}


def open_for_channels(session: Session, payload: Json, channels: Iterable[str], now: datetime) -> None:
    """Adds the notice for each channel, with a task of its own, unless there is nothing to tell any more."""
    credential = queries.credentials.credential(session, payload["credential_id"])
    kind, at = payload["kind"], datetime.fromisoformat(payload["at"])
    if credential is None or not is_still_so(credential, kind, now) or is_refused(session, credential, kind):
        return
    for channel in channels:
        notice = Notice(credential_id=credential.id, kind=kind, about_at=at, channel=channel)
        if queries.credentials.add_notice(session, notice):
            outbox.add(session, "notify", {"award_id": credential.award_id, "notice_id": notice.id}, now)


def is_refused(session: Session, credential: CredentialRow, kind: str) -> bool:
    """Whether it is a reminder, and the learner wants none."""
    return kind == "expires" and queries.mails.has_refused(session, credential.award.person_id, "expiry")


def is_still_so(credential: CredentialRow, kind: str, now: datetime) -> bool:
    """Whether what was to be told is still true, and news to the learner.

    A badge that was replaced or renewed meanwhile does not expire soon. One that was never sent is not revoked by mail,
    nor one that was awarded again meanwhile: the mail with the new badge says that the one before stays revoked.
    """
    is_revoked = credential.revoked_at is not None
    match kind:
        case "suspended":
            return credential.suspended_at is not None and not is_revoked
        case "reinstated":
            return credential.suspended_at is None and not is_revoked
        case "expires":
            return not is_revoked and credential.award.ended_at is None and not credential.has_expired(now)
    deliveries = credential.award.deliveries
    was_sent = not deliveries or any(each.sent_at is not None for each in deliveries)
    return is_revoked and credential.replaced_at is None and was_sent


def notice_of(issuer: Issuer, row: Notice, language: str) -> BadgeNotice:
    """What a mail says, by the issuer of the badge, which is named in `language`."""
    credential = row.credential
    template = stored_template(credential.template_version.body)
    reasons = {"revoked": credential.revocation_reason, "suspended": credential.suspension_reason}
    is_reminder = row.kind == "expires"
    until = credential.valid_until if is_reminder else None
    reminded = RemindedPerson(person_id=credential.award.person_id, kind="expiry")
    return BadgeNotice(
        kind=cast(Any, row.kind),
        badge=text_in(template.name, credential.language),
        issuer=letterhead(issuer, language),
        page_url=issuer.addresses.badge_page(credential.id),
        picture_url=picture_url(issuer.addresses, credential),
        reason=reasons.get(row.kind) or "",
        last_day=issuer.profile.day_of(until) if until is not None else None,
        unsubscribe_url=issuer.reminders_url(reminded) if is_reminder else "",
    )
