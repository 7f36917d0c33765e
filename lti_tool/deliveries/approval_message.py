"""The mails about the approval of a teacher's template: the link for an approver, the answer for the teacher."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lti_tool.language import staff_translator
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import ApprovalMail


def approval_content(mail: ApprovalMail) -> MailContent:
    """The mail in its recipient's language."""
    _ = staff_translator(mail.recipient.language)
    parts = _request(mail, _) if mail.what == "asked" else _answer(mail, _)
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_subject(mail, _),
        headings=(_subject(mail, _),),
        parts=(Paragraph(text=greeting(mail.recipient)), *parts),
    )


def _subject(mail: ApprovalMail, _: Callable[[str], str]) -> str:
    sentence = {
        "asked": _("Please approve or decline the badge “%(badge)s”"),
        "approved": _("Your badge “%(badge)s” is approved"),
        "declined": _("Your badge “%(badge)s” was not approved"),
        "expired": _("Nobody has answered yet about your badge “%(badge)s”"),
    }[mail.what]
    return sentence % {"badge": one_line(mail.badge)}


def _request(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[Part]:
    yield Paragraph(
        text=_("A teacher wants to award a new badge in the name of %(issuer)s. It has to be approved first.")
        % {"issuer": mail.issuer.name}
    )
    yield Facts(rows=tuple(_facts(mail, _)))
    yield Link(label=_("See what will be signed, and approve or decline it"), url=mail.url)
    yield Paragraph(
        text=_(
            "Opening the address changes nothing. It is meant for you alone, works for %(days)s days, and can be "
            "answered once. If the teacher changes the badge before you answer, the address stops working."
        )
        % {"days": mail.days}
    )


def _answer(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[Part]:
    said = {
        "approved": _("Your badge is approved and published. You can now place it in your course."),
        "declined": _(
            "Your badge was not approved. It stays a draft, which you can change and publish again."
        ),
        "expired": _(
            "Nobody has answered within %(days)s days. The operator of Nozimite can still approve the badge. To ask "
            "again, open the badge in your templates and press “Ask again”."
        )
        % {"days": mail.days},
    }
    yield Paragraph(text=said[mail.what])
    yield Facts(rows=tuple(_facts(mail, _)))
    if mail.reason:
        yield Paragraph(text=_("The reason:\n%(reason)s") % {"reason": mail.reason})
    if mail.course_url:
        yield Link(label=_("Open the course"), url=mail.course_url)


def _facts(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    yield _("Badge"), one_line(mail.badge)
    if mail.course:
        yield _("Course"), one_line(mail.course)
    if mail.teacher:
        yield _("Teacher"), one_line(mail.teacher)
