"""The mails about approvals, as plain values for a channel: the request to an approver, the answer to the teacher."""

from __future__ import annotations

from typing import Literal

from badges.template.model import read_template, text_in
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import best_language
from lti_tool.store import Session
from lti_tool.store.models import Approval, TemplateVersion
from lti_tool.templates.approvals import link_code
from lti_tool.values import ApprovalMail, Recipient, secret_hash


def request_mail(session: Session, issuer: Issuer, approval_id: int, secret_key: str) -> ApprovalMail | None:
    """The mail to an approver; the hash of its link's code is stored. None where they are no longer asked."""
    approval = session.get(Approval, approval_id)
    if approval is None or approval.status != "open":
        return None
    row = session.get_one(TemplateVersion, approval.template_version_id)
    code = link_code(secret_key, approval)
    approval.code_hash = secret_hash(code)
    # Nobody knows the approver's language: the teacher's is the likeliest, they work in one institution.
    language = best_language(
        [approval.asked_by.language if approval.asked_by else None, row.body["in_language"]]
    )
    return _mail(
        "asked",
        Recipient(name="", email=approval.approver, language=language),
        row,
        issuer,
        teacher=(approval.asked_by.name or "") if approval.asked_by else "",
        url=issuer.addresses.approval(code),
    )


def answer_mail(session: Session, issuer: Issuer, approval_id: int) -> ApprovalMail | None:
    """The mail to the teacher who asked; None where the draft was deleted, or nobody knows who that was."""
    approval = session.get(Approval, approval_id)
    if approval is None or approval.asked_by is None:
        return None
    teacher = approval.asked_by
    row = session.get_one(TemplateVersion, approval.template_version_id)
    answers: dict[str, Literal["approved", "declined"]] = {"approved": "approved", "declined": "declined"}
    return _mail(
        answers.get(approval.status, "expired"),
        Recipient(name=teacher.name or "", email=teacher.email, language=best_language([teacher.language])),
        row,
        issuer,
        course_url=row.course.url if row.course else None,
        reason=approval.reason,
    )


def _mail(
    what: Literal["asked", "approved", "declined", "expired"],
    recipient: Recipient,
    row: TemplateVersion,
    issuer: Issuer,
    *,
    teacher: str = "",
    url: str = "",
    course_url: str | None = None,
    reason: str = "",
) -> ApprovalMail:
    template = read_template(row.body)
    return ApprovalMail(
        what=what,
        recipient=recipient,
        badge=text_in(template.name, recipient.language, template.in_language),
        issuer=letterhead(issuer, recipient.language),
        course=row.course.title if row.course else "",
        teacher=teacher,
        url=url,
        course_url=course_url,
        reason=reason,
    )
