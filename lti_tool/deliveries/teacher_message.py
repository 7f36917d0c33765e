"""The mail about what waits for a teacher, in the teacher's language. It names no learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lti_tool.deliveries.mail_phrases import refusing
from lti_tool.language import translator
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import ChangedGrades, OpenQuestion, TeacherMail


def teacher_content(mail: TeacherMail) -> MailContent:
    """The mail, with everything that waits."""
    _ = translator(mail.recipient.language)
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_subject(mail, _),
        headings=(_subject(mail, _),),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            *_about_questions(mail, _),
            *_about_changes(mail, _),
        ),
        small_print=(
            Paragraph(
                text=_("You get at most one such e-mail a day, and none about what has settled itself.")
            ),
            *refusing(mail.unsubscribe_url, _),
        ),
        unsubscribe_url=mail.unsubscribe_url,
    )


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


def _about_questions(mail: TeacherMail, _: Callable[[str], str]) -> Iterator[Part]:
    if mail.questions:
        yield Paragraph(
            text=_(
                "Every learner of a course can open the link to its badge now. Nozimite cannot tell whether they have "
                "all completed, or whether the restriction of the link was removed. It awards nothing until you "
                "answer."
            )
        )
    for question in mail.questions:
        counted = [(_("Learners who can open the link without having the badge"), question.number)]
        yield _badge_and_course(question, counted, _)
        yield _where_to_go(
            question,
            _("To answer, open the link to the badge in the course"),
            _("To answer, open the link to the badge in this course of your learning platform."),
        )


def _about_changes(mail: TeacherMail, _: Callable[[str], str]) -> Iterator[Part]:
    if mail.changes:
        yield Paragraph(
            text=_(
                "Grades were changed or cleared after a badge was awarded. No badge is revoked automatically. The page "
                "“Badges of this course” shows each learner's grade at the award and now. There you decide for each "
                "learner whether the badge stays or is revoked."
            )
        )
    for changed in mail.changes:
        counted = [
            (_("Learners whose grade has changed"), changed.number),
            (_("Learners who no longer reach the minimum"), changed.below_minimum),
        ]
        yield _badge_and_course(changed, counted, _)
        # The link of this badge may be deleted: the page that every other one opens has all badges of the course.
        yield _where_to_go(
            changed,
            _("To decide, open the link to any badge in the course"),
            _("To decide, open the link to any badge in this course of your learning platform."),
        )


def _badge_and_course(
    about: OpenQuestion | ChangedGrades, counted: Sequence[tuple[str, int]], _: Callable[[str], str]
) -> Facts:
    """The badge and its course, and what is counted there."""
    rows = [(name, str(number)) for name, number in counted]
    return Facts(rows=((_("Badge"), one_line(about.badge)), (_("Course"), one_line(about.course)), *rows))


def _where_to_go(about: OpenQuestion | ChangedGrades, at_address: str, without_address: str) -> Part:
    """What to do next, by whether the course's address is known."""
    if about.course_url:
        return Link(label=at_address, url=about.course_url)
    return Paragraph(text=without_address)
