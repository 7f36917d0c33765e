"""The e-mail about what waits for a teacher, in the teacher's language. It names no learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP

from lti_tool.deliveries.mail_message import address_of, one_line
from lti_tool.language import translator
from lti_tool.values import ChangedGrades, OpenQuestion, TeacherMail


def teacher_message(mail: TeacherMail, sender: str, reference: str) -> EmailMessage:
    """The message; `reference` becomes the Message-ID. Raises ValueError where the recipient's address is not valid."""
    recipient = mail.recipient
    _ = translator(recipient.language)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = address_of(recipient)
    message["Subject"] = _subject(mail, _)
    message["Message-ID"] = f"<{reference}>"
    message["Auto-Submitted"] = "auto-generated"
    paragraphs = (
        _("Hello %(name)s,") % {"name": recipient.name} if recipient.name else _("Hello,"),
        *_about_questions(mail, _),
        *_about_changes(mail, _),
        _("You get at most one such e-mail a day, and none about what has settled itself."),
    )
    message.set_content("\n\n".join(paragraphs) + "\n")
    message["Content-Language"] = recipient.language
    return message


def _subject(mail: TeacherMail, _: Callable[[str], str]) -> str:
    if mail.questions and mail.changes:
        return _("Your badges: open questions and changed grades")
    badges = [*(each.badge for each in mail.questions), *(each.badge for each in mail.changes)]
    if mail.questions:
        alone = _("Have all learners completed? A question about the badge “%(badge)s”")
        several = _("Have all learners completed? Questions about your badges")
    else:
        alone = _("Grades changed after the badge “%(badge)s” was awarded")
        several = _("Grades changed after your badges were awarded")
    return several if len(badges) > 1 else alone % {"badge": one_line(badges[0])}


def _about_questions(mail: TeacherMail, _: Callable[[str], str]) -> Iterator[str]:
    if mail.questions:
        yield _(
            "Every learner of a course can open the link to its badge now. Nozimite cannot tell whether they have "
            "all completed, or whether the restriction of the link was removed. It awards nothing until you "
            "answer."
        )
    for question in mail.questions:
        yield _question(question, _)


def _question(question: OpenQuestion, _: Callable[[str], str]) -> str:
    return _paragraph(
        question,
        [
            _("Learners who can open the link without having the badge: %(number)s")
            % {"number": question.number}
        ],
        _("To answer, open the link to the badge in the course:\n%(url)s"),
        _("To answer, open the link to the badge in this course of your learning platform."),
        _,
    )


def _about_changes(mail: TeacherMail, _: Callable[[str], str]) -> Iterator[str]:
    if mail.changes:
        yield _(
            "Grades were changed or cleared after a badge was awarded. No badge is revoked automatically. The page "
            "“Badges of this course” shows each learner's grade at the award and now. There you decide for each "
            "learner whether the badge stays or is revoked."
        )
    for changed in mail.changes:
        yield _changed(changed, _)


def _changed(changed: ChangedGrades, _: Callable[[str], str]) -> str:
    # The link of this badge may be deleted: the page that every other one opens has all badges of the course.
    return _paragraph(
        changed,
        [
            _("Learners whose grade has changed: %(number)s") % {"number": changed.number},
            _("Learners who no longer reach the minimum: %(number)s") % {"number": changed.below_minimum},
        ],
        _("To decide, open the link to any badge in the course:\n%(url)s"),
        _("To decide, open the link to any badge in this course of your learning platform."),
        _,
    )


def _paragraph(
    about: OpenQuestion | ChangedGrades,
    counted: Sequence[str],
    at_address: str,
    without_address: str,
    _: Callable[[str], str],
) -> str:
    """The badge and its course, what is counted there, and what to do, by whether the course's address is known."""
    lines = (
        _("Badge: %(badge)s") % {"badge": one_line(about.badge)},
        _("Course: %(course)s") % {"course": one_line(about.course)},
        *counted,
        at_address % {"url": about.course_url} if about.course_url else without_address,
    )
    return "\n".join(lines)
