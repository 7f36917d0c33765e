"""Requests to approve a teacher's draft: asked, withdrawn, or void because the draft was changed.

A request is about one draft, by its hash: whatever is changed after it, its answer counts no more. It asks the operator
and each approver of the issuer's settings, but never one who has written the draft. So there is always somebody who can
answer, and `templates waiting` lists all requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from badges.authority import comparable_address
from badges.issuer import IssuerProfile
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Approval, TemplateChange, TemplateVersion
from lti_tool.templates.draft_hash import draft_hash

#: How long the link in a mail can be answered.
LINK_LIFE = timedelta(days=7)
#: So that nobody floods the approvers with mails, by asking and withdrawing.
MOST_REQUESTS_A_DAY = 10

#: The entries of a template's history whose person is one of its authors.
_WRITTEN = ("begun", "copied", "imported", "edited")
_OPERATOR = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The newest request for a version. `status`: waiting, declined, withdrawn, changed, or approved.

    `asked` are the addresses of those who can still answer by their link; where there are none, only the operator can,
    and `why_nobody` says why: expired, unreached, own (the only approver has written the draft), no_approver.
    """

    status: str
    asked_at: datetime
    asked: Sequence[str]
    why_nobody: str
    reason: str
    answered_at: datetime | None
    answered_by: str
    """An address, "" for the operator."""


def newest_request(row: TemplateVersion, issuer: IssuerProfile) -> Request | None:
    """The newest request for this version; None where nobody was ever asked."""
    rows = rows_of_newest(row)
    if not rows:
        return None
    answered = next((each for each in rows if each.status in ("approved", "declined")), None)
    operators = next(each for each in rows if each.approver == _OPERATOR)
    asked = [each.approver for each in rows if each.status == "open" and each.approver]
    return Request(
        status=answered.status if answered else "waiting" if operators.status == "open" else operators.status,
        asked_at=operators.asked_at,
        asked=asked,
        why_nobody="" if asked else _why_nobody(rows, issuer),
        reason=answered.reason if answered else "",
        answered_at=answered.answered_at if answered else None,
        answered_by=answered.approver if answered else "",
    )


def rows_of_newest(row: TemplateVersion) -> Sequence[Approval]:
    """The rows of the newest request for a version, the operator's first."""
    return [each for each in row.approvals if each.request == _newest_number(row)]


def _newest_number(row: TemplateVersion) -> int:
    return max((each.request for each in row.approvals), default=0)


def answered_first(row: TemplateVersion, approval: Approval) -> Approval | None:
    """The approval by which the same request was answered; None where nobody has."""
    return next(
        (
            each
            for each in row.approvals
            if each.request == approval.request and each.status in ("approved", "declined")
        ),
        None,
    )


def _why_nobody(rows: Sequence[Approval], issuer: IssuerProfile) -> str:
    states = {each.status for each in rows if each.approver}
    for state in ("expired", "unreached"):
        if state in states:
            return state
    return "own" if issuer.authority.approvers else "no_approver"


def is_waiting(row: TemplateVersion) -> bool:
    """Whether a request for this draft, as it is now, is open."""
    now = draft_hash(row)
    return any(each.status == "open" and each.draft_hash == now for each in row.approvals)


def ask(session: Session, row: TemplateVersion, issuer: IssuerProfile, now: datetime, by: Actor) -> bool:
    """Asks for approval of a draft, and schedules the mails; False where that was asked too often today.

    A request that is open stays, unless only the operator can still answer it: then the approvers are asked anew.
    """
    if any(each.status == "open" and each.approver for each in row.approvals):
        return True
    recent = [each for each in row.approvals if not each.approver and each.asked_at > now - timedelta(days=1)]
    if len(recent) >= MOST_REQUESTS_A_DAY:
        return False
    for each in row.approvals:
        if each.status == "open":
            each.status = "withdrawn"
    session.flush()
    authors = author_addresses(session, row, by)
    approvers = [each for each in issuer.authority.approvers if comparable_address(each) not in authors]
    asked = [_asked(row, each, now, by) for each in (_OPERATOR, *approvers)]
    row.approvals.extend(asked)
    session.flush()
    for each in asked[1:]:
        outbox.add(session, "ask_approver", {"approval_id": each.id}, now)
    why = "" if approvers else _why_nobody(asked, issuer)
    record(session, row, "approval_asked", now, by, why, approvers=len(approvers))
    add_to_history(row, "asked", now, by)
    return True


def _asked(row: TemplateVersion, approver: str, now: datetime, by: Actor) -> Approval:
    return Approval(
        template_version_id=row.id,
        request=_newest_number(row) + 1,
        draft_hash=draft_hash(row),
        approver=approver,
        status="open",
        reason="",
        asked_by_id=by.person_id,
        asked_at=now,
        ends_at=now + LINK_LIFE if approver else None,
    )


def author_addresses(session: Session, row: TemplateVersion, by: Actor | None = None) -> set[str]:
    """The e-mail addresses, as they are compared, of all who have written this version, and of `by`."""
    ids = {each.person_id for each in row.changes if each.what in _WRITTEN}
    ids |= {each.asked_by_id for each in row.approvals} | {by.person_id if by else None}
    people = queries.people.people(session, {each for each in ids if each is not None})
    return {comparable_address(person.email) for person in people.values() if person.email}


def withdraw(session: Session, row: TemplateVersion, now: datetime, by: Actor) -> None:
    """Withdraws the request for a draft, where one is open: its links say so from now on."""
    if _close(row, "withdrawn"):
        record(session, row, "approval_withdrawn", now, by)
        add_to_history(row, "withdrawn", now, by)


def void_if_changed(session: Session, row: TemplateVersion, now: datetime, by: Actor) -> None:
    """Withdraws the request for a draft that is no longer what was asked about."""
    if row.approvals and not is_waiting(row) and _close(row, "changed"):
        record(session, row, "approval_withdrawn", now, by, "changed")


def end_by_publishing(session: Session, row: TemplateVersion, now: datetime, by: Actor) -> None:
    """Ends the request for a draft that is published: by the operator, whose approval that is, and the teacher is told.

    A teacher can do so too, once the issuer's settings want no approval any more: that approves nothing.
    """
    operators = next((each for each in row.approvals if each.status == "open" and not each.approver), None)
    if operators is not None and by.kind == "operator":
        settle(session, row, operators, "approved", now, by)
    else:
        withdraw(session, row, now, by)


def settle(
    session: Session, row: TemplateVersion, approval: Approval, answer: str, now: datetime, by: Actor
) -> None:
    """Records an answer, `approved` or `declined`; the others are no longer asked, and the teacher is told."""
    approval.status, approval.answered_at = answer, now
    _close(row, "answered")
    outbox.add(session, "tell_author", {"approval_id": approval.id}, now)
    record(session, row, f"template_{answer}", now, by, approval=approval.id)
    add_to_history(row, answer, now, by)


def expire(session: Session, row: TemplateVersion, now: datetime) -> None:
    """Ends the links that have run out; where nobody can answer by one any more, the teacher is told.

    The request stays open for the operator.
    """
    ended = [each for each in row.approvals if each.status == "open" and each.ends_at and each.ends_at <= now]
    for each in ended:
        each.status = "expired"
        record(session, row, "approval_expired", now, approval=each.id)
    if ended and not any(each.status == "open" and each.approver for each in row.approvals):
        outbox.add(session, "tell_author", {"approval_id": ended[0].id}, now)


def leave_unreached(session: Session, row: TemplateVersion, approval: Approval, now: datetime) -> bool:
    """Whether it is recorded that the mail to an approver cannot be delivered: not where they are no longer asked."""
    if approval.status != "open":
        return False
    approval.status = "unreached"
    record(session, row, "approval_unreached", now, approval=approval.id)
    return True


def record(
    session: Session,
    row: TemplateVersion,
    what: str,
    now: datetime,
    by: Actor = events.TOOL,
    why: str = "",
    **numbers: int,
) -> None:
    """Records an act about a template; `numbers` are ids and counts."""
    data = {"version": row.version, **numbers}
    events.record(session, what, "template", row.template_id, now, actor=by, why=why, data=data)


def add_to_history(row: TemplateVersion, what: str, now: datetime, by: Actor) -> None:
    """Adds an entry to the version's history."""
    row.changes.append(TemplateChange(what=what, fields=[], person_id=by.person_id, at=now))


def _close(row: TemplateVersion, status: str) -> bool:
    """Whether anybody was still asked about the version; now nobody is."""
    still_asked = [each for each in row.approvals if each.status == "open"]
    for each in still_asked:
        each.status = status
    return bool(still_asked)
