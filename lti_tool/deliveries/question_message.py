"""The e-mail that asks a teacher about whole links, in the teacher's language. It names no learner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP

from lti_tool.deliveries.mail_message import address_of, one_line
from lti_tool.language import translator
from lti_tool.values import OpenQuestion, Recipient


def question_message(
    questions: Sequence[OpenQuestion], recipient: Recipient, sender: str, reference: str
) -> EmailMessage:
    """The message; `reference` becomes the Message-ID. Raises ValueError where the recipient's address is not valid."""
    _ = translator(recipient.language)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = address_of(recipient)
    message["Subject"] = _subject(questions, _)
    message["Message-ID"] = f"<{reference}>"
    message["Auto-Submitted"] = "auto-generated"
    paragraphs = (
        _("Hello %(name)s,") % {"name": recipient.name} if recipient.name else _("Hello,"),
        _(
            "Every learner of a course can open the link to its badge now. Nozimite cannot tell whether they have "
            "all completed, or whether the restriction of the link was removed. It awards nothing until you "
            "answer."
        ),
        *(_paragraph(question, _) for question in questions),
        _("You get at most one such e-mail a day, and none about what has settled itself."),
    )
    message.set_content("\n\n".join(paragraphs) + "\n")
    message["Content-Language"] = recipient.language
    return message


def _subject(questions: Sequence[OpenQuestion], _: Callable[[str], str]) -> str:
    if len(questions) == 1:
        return _("Have all learners completed? A question about the badge “%(badge)s”") % {
            "badge": one_line(questions[0].badge)
        }
    return _("Have all learners completed? Questions about your badges")


def _paragraph(question: OpenQuestion, _: Callable[[str], str]) -> str:
    lines = [
        _("Badge: %(badge)s") % {"badge": one_line(question.badge)},
        _("Course: %(course)s") % {"course": one_line(question.course)},
        _("Learners who can open the link without having the badge: %(number)s")
        % {"number": question.number},
    ]
    if question.course_url:
        lines.append(
            _("To answer, open the link to the badge in the course:\n%(url)s") % {"url": question.course_url}
        )
    else:
        lines.append(_("To answer, open the link to the badge in this course of your learning platform."))
    return "\n".join(lines)
