"""Approvals: a teacher's draft is published once somebody whom the institution names has approved it.

An approver has a link whose code only their mail holds. Reading changes nothing; an answer uses it up. The version's
row is locked for each answer, so of two that come at once the second learns who was first, and an answer never meets a
draft that is being changed.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from hmac import digest
from typing import Literal

from badges.authority import comparable_address
from badges.issuer import IssuerProfile
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Approval, TemplateVersion
from lti_tool.templates import approval_requests, versions
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.values import secret_hash

Answer = Literal["approved", "declined"]

#: What a link can be: open, or why it is not.
#: approved, declined: answered by this link. answered: by another approver, or the operator. withdrawn: by the teacher.
#: changed: the draft. own: the approver has written it. removed: they approve nothing any more. expired: after a week.
Standing = Literal[
    "open",
    "approved",
    "declined",
    "answered",
    "withdrawn",
    "changed",
    "own",
    "removed",
    "expired",
    "unreached",
]


def publish_or_ask(
    session: Session, row: TemplateVersion, issuer: IssuerProfile, now: datetime, by: Actor
) -> Literal["published", "asked", "asked_too_often", "waiting"]:
    """Publishes a draft, or asks for approval where the issuer's settings want it.

    For a teacher, and for an operator who may not approve: whoever may, publishes by `versions.publish`. `waiting`: an
    operator is not asked about in place of the teacher who has asked already, and who is told of the answer.

    Raises what `versions.check_publishable` does: what cannot be published is not asked about.
    """
    versions.check_publishable(row, issuer, now)
    if not issuer.authority.needs_approval or row.status != "draft":
        # Nobody's approval: `versions.publish` would take it for one where `by` is an operator.
        approval_requests.withdraw(session, row, now, by)
        versions.publish(row, issuer, now, by)
        return "published"
    if by.kind == "operator" and approval_requests.is_waiting(row):
        return "waiting"
    return "asked" if approval_requests.ask(session, row, issuer, now, by) else "asked_too_often"


def link_code(secret_key: str, approval: Approval) -> str:
    """The code of an approver's link: the same at each attempt to mail it, though only its hash is stored."""
    about = (
        f"approval {approval.id} {approval.draft_hash} {approval.approver} {approval.asked_at.isoformat()}"
    )
    return urlsafe_b64encode(digest(secret_key.encode(), about.encode(), sha256)).decode().rstrip("=")


def find_by_code(session: Session, code: str) -> tuple[Approval, TemplateVersion]:
    """The approval whose link has this code, and its version. Raises NotFoundError."""
    approval = queries.templates.approval_by_code(session, secret_hash(code)) if code else None
    if approval is None:
        raise NotFoundError("no approval has this code")
    return approval, session.get_one(TemplateVersion, approval.template_version_id)


def standing(
    session: Session, approval: Approval, row: TemplateVersion, issuer: IssuerProfile, now: datetime
) -> Standing:
    """Whether an approval can be answered now, or why not."""
    if approval.status != "open":
        found: Standing = approval.status  # type: ignore[assignment]
        return found
    if approval.draft_hash != draft_hash(row):
        return "changed"
    if not approval.approver:
        return "open"
    if approval.ends_at is not None and approval.ends_at <= now:
        return "expired"
    address = comparable_address(approval.approver)
    if address not in map(comparable_address, issuer.authority.approvers):
        return "removed"
    return "own" if address in approval_requests.author_addresses(session, row) else "open"


def answer_by_link(
    session: Session, issuer: IssuerProfile, code: str, answer: Answer, reason: str, now: datetime
) -> Standing:
    """The standing of the link before the answer: only where it was open, the answer counts.

    Raises NotFoundError for an unknown code, and what `versions.publish` does.
    """
    approval, row = find_by_code(session, code)
    queries.templates.lock_template(session, row)
    session.refresh(approval)
    return _answer(session, row, approval, issuer, answer, reason, now, events.approver(approval.id))


def answer_by_operator(
    session: Session,
    row: TemplateVersion,
    issuer: IssuerProfile,
    answer: Answer,
    reason: str,
    now: datetime,
    by: Actor,
) -> None:
    """Answers the request for a draft, whose row is locked. Raises NotAllowedError where none is open."""
    rows = [each for each in row.approvals if each.status == "open" and not each.approver]
    if not rows:
        raise NotAllowedError(f"{row.template_id}, version {row.version}, does not wait for approval")
    found = _answer(session, row, rows[0], issuer, answer, reason, now, by)
    if found != "open":
        raise NotAllowedError(
            f"{row.template_id}, version {row.version}, was changed after it was asked about"
        )


def expire(session: Session, now: datetime) -> None:
    """Ends the links that have run out: `standing` has refused them since, and now the teacher is told."""
    for row in queries.templates.templates_with_ended_links(session, now):
        queries.templates.lock_template(session, row)
        approval_requests.expire(session, row, now)


def leave_unreached(session: Session, approval_id: int, now: datetime) -> bool:
    """Whether it is recorded that the mail to an approver cannot be delivered: not where the draft was deleted, or
    nobody waits for their answer any more."""
    approval = session.get(Approval, approval_id)
    if approval is None:
        return False
    row = session.get_one(TemplateVersion, approval.template_version_id)
    queries.templates.lock_template(session, row)
    session.refresh(approval)
    return approval_requests.leave_unreached(session, row, approval, now)


def _answer(
    session: Session,
    row: TemplateVersion,
    approval: Approval,
    issuer: IssuerProfile,
    answer: Answer,
    reason: str,
    now: datetime,
    by: Actor,
) -> Standing:
    found = standing(session, approval, row, issuer, now)
    if found != "open":
        approval_requests.record(session, row, "approval_refused", now, by, found, approval=approval.id)
        return found
    approval.reason = reason
    approval_requests.settle(session, row, approval, answer, now, by)
    if answer == "approved":
        versions.publish(row, issuer, now, by)
    return found
