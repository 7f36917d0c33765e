"""The e-mails about the approval of a teacher's template: the link for an approver, the answer for the teacher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage

from lti_tool.deliveries.mail_message import one_line, text_message
from lti_tool.language import translator
from lti_tool.values import ApprovalMail


def approval_message(mail: ApprovalMail, sender: str, reference: str) -> EmailMessage:
    """The message; `reference` becomes the Message-ID. Raises ValueError where the recipient's address is not valid."""
    _ = translator(mail.recipient.language)
    paragraphs = _request(mail, _) if mail.what == "asked" else _answer(mail, _)
    return text_message(mail.recipient, sender, reference, _subject(mail, _), paragraphs)


def _subject(mail: ApprovalMail, _: Callable[[str], str]) -> str:
    sentence = {
        "asked": _("Please approve or decline the badge “%(badge)s”"),
        "approved": _("Your badge “%(badge)s” is approved"),
        "declined": _("Your badge “%(badge)s” was not approved"),
        "expired": _("Nobody has answered yet about your badge “%(badge)s”"),
    }[mail.what]
    return sentence % {"badge": one_line(mail.badge)}


def _request(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[str]:
    yield _(
        "A teacher wants to award a new badge in the name of %(issuer)s. It has to be approved first."
    ) % {"issuer": mail.issuer}
    yield "\n".join(_facts(mail, _))
    yield _("See what will be signed, and approve or decline it here:\n%(url)s") % {"url": mail.url}
    yield _(
        "Opening the address changes nothing. It is meant for you alone, works for 7 days, and can be answered once. "
        "If the teacher changes the badge before you answer, the address stops working."
    )


def _answer(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[str]:
    if mail.what == "approved":
        yield _("Your badge is approved and published. You can now place it in your course.")
    elif mail.what == "declined":
        yield _("Your badge was not approved. It stays a draft, which you can change and publish again.")
    else:
        yield _(
            "Nobody has answered within 7 days. The operator of Nozimite can still approve the badge. To ask again, "
            "open the badge in your templates and press “Ask again”."
        )
    yield "\n".join(_facts(mail, _))
    if mail.reason:
        yield _("The reason:\n%(reason)s") % {"reason": mail.reason}


def _facts(mail: ApprovalMail, _: Callable[[str], str]) -> Iterator[str]:
    yield _("Badge: %(badge)s") % {"badge": one_line(mail.badge)}
    if mail.course:
        yield _("Course: %(course)s") % {"course": one_line(mail.course)}
    if mail.teacher:
        yield _("Teacher: %(teacher)s") % {"teacher": one_line(mail.teacher)}
    if mail.course_url:
        yield mail.course_url
