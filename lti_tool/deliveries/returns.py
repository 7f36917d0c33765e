"""What came back: the delivery of its mail has failed after all, and the teacher's page says so.

A mail is known by its reference, which whoever reports it has from the address that the mail returned to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from lti_tool.errors import DeliveryError
from lti_tool.mails.refusals import RemindedPerson, Reminder
from lti_tool.mails.returned import ReturnKind
from lti_tool.people import identity_checks, reminders
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award, Delivery, Notice, Person
from lti_tool.templates import approvals
from lti_tool.values import MAX_ID

_REFERENCE = re.compile("(badge|notice|approval|waiting|feedback|answer)-([0-9]{1,10})(?:-([a-z0-9]+))?")
_IDENTITY_REFERENCE = re.compile(f"identity-([0-9a-f]{{{identity_checks.REFERENCE_DIGITS}}})")


def badge_reference(delivery: Delivery, credential_id: str) -> str:
    """What identifies the mail that brings a credential: the same for another attempt."""
    return f"badge-{delivery.id}-{_beginning(credential_id)}"


def record_return(session: Session, reference: str, kind: ReturnKind, now: datetime) -> bool:
    """Whether something is recorded: not of a mail that nobody knows, nor of one that is still tried, nor twice."""
    reference = reference.lower()
    about_identity = _IDENTITY_REFERENCE.fullmatch(reference)
    if about_identity is not None:
        # Of one that could not be delivered nobody is told: the visitor who asks is not to learn that.
        return kind == "complaint" and _identity_complaint(session, about_identity[1], now)
    found = _REFERENCE.fullmatch(reference)
    if found is None or int(found[2]) > MAX_ID or kind == "delayed":
        return False
    by_kind = _COMPLAINTS if kind == "complaint" else _FAILURES
    record = by_kind.get(found[1])
    return record is not None and record(session, int(found[2]), found[3] or "", now)


def _badge_failed(session: Session, delivery_id: int, credential: str, now: datetime) -> bool:
    if session.get(Delivery, delivery_id) is None:
        return False
    delivery = queries.awards.lock_delivery(session, delivery_id)
    current = delivery.award.credential
    # What was sent again, or replaced, is another mail; and what the teacher has sent again is on its way.
    if delivery.status != "sent" or current is None or _beginning(current.id) != credential:
        return False
    trouble = DeliveryError(
        "the mail came back: check the learner's e-mail address in the learning platform, then send the badge again"
    )
    delivery.status, delivery.sent_at, delivery.trouble = "failed", None, trouble.as_json()
    data = {"award": delivery.award_id}
    events.record(session, "delivery_failed", "delivery", delivery_id, now, why="returned", data=data)
    return True


def _notice_failed(session: Session, notice_id: int, _rest: str, now: datetime) -> bool:
    if session.get(Notice, notice_id) is None:
        return False
    row = queries.credentials.lock_notice(session, notice_id)
    if row.status != "sent":
        return False
    row.status = "failed"
    data = {"kind": row.kind, "channel": row.channel}
    events.record(session, "not_told", "credential", row.credential_id, now, why="returned", data=data)
    return True


def _approval_failed(session: Session, approval_id: int, rest: str, now: datetime) -> bool:
    # With something after the number it is the answer to the teacher, which the page of the template has too.
    return not rest and approvals.leave_unreached(session, approval_id, now)


def _badge_complaint(session: Session, delivery_id: int, _rest: str, now: datetime) -> bool:
    delivery = session.get(Delivery, delivery_id)
    return delivery is not None and _refuse(session, delivery.award.person, "expiry", now)


def _notice_complaint(session: Session, notice_id: int, _rest: str, now: datetime) -> bool:
    row = session.get(Notice, notice_id)
    return row is not None and _refuse(session, row.credential.award.person, "expiry", now)


def _waiting_complaint(session: Session, person_id: int, _rest: str, now: datetime) -> bool:
    person = session.get(Person, person_id)
    return person is not None and _refuse(session, person, "waiting", now)


def _feedback_complaint(session: Session, award_id: int, _rest: str, now: datetime) -> bool:
    award = session.get(Award, award_id)
    return award is not None and _refuse(session, award.person, "feedback", now)


def _answer_complaint(session: Session, award_id: int, _rest: str, now: datetime) -> bool:
    award = session.get(Award, award_id)
    return award is not None and _refuse(session, award.person, "answers", now)


def _refuse(session: Session, person: Person, kind: Reminder, now: datetime) -> bool:
    """Whoever calls a mail unwanted gets no more reminders; nothing else is theirs to lose."""
    if person.erased_at is not None:
        return False
    return reminders.refuse(session, RemindedPerson(person_id=person.id, kind=kind), now)


def _identity_complaint(session: Session, hash_beginning: str, now: datetime) -> bool:
    """Whoever calls the question whether a badge is theirs unwanted is not asked again; whether that is new."""
    check = queries.identity_checks.with_hash_beginning(session, hash_beginning)
    return check is not None and identity_checks.refuse(session, check, now)


_Record = Callable[[Session, int, str, datetime], bool]
_FAILURES: Mapping[str, _Record] = {
    "badge": _badge_failed,
    "notice": _notice_failed,
    "approval": _approval_failed,
}
_COMPLAINTS: Mapping[str, _Record] = {
    "badge": _badge_complaint,
    "notice": _notice_complaint,
    "waiting": _waiting_complaint,
    "feedback": _feedback_complaint,
    "answer": _answer_complaint,
}


def _beginning(credential_id: str) -> str:
    return credential_id[:8]
