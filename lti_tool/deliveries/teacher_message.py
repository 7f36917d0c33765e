"""The mail about what waits for a teacher, in the teacher's language. It names no learner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lti_tool.deliveries.mail_phrases import refusing
from lti_tool.language import staff_translator
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import ChangedGrades, TeacherMail, WaitsInCourse


def teacher_content(mail: TeacherMail) -> MailContent:
    """The mail, with everything that waits."""
    _ = staff_translator(mail.recipient.language)
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_subject(mail, _),
        headings=(_subject(mail, _),),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            *_what_waits(mail, _),
        ),
        small_print=(
            Paragraph(text=_how_often(mail, _)),
            Paragraph(
                text=_(
                    "How often such e-mails come, and about what, you choose for each course on the page “Badges of "
                    "this course”."
                )
            ),
            *refusing(mail.unsubscribe_url, _),
        ),
        unsubscribe_url=mail.unsubscribe_url,
    )


def _subject(mail: TeacherMail, _: Callable[[str], str]) -> str:
    kinds = [
        *(mail.questions, mail.changes, mail.names, mail.corrections, mail.to_confirm),
        *(mail.undelivered, mail.unread, mail.expiring),
    ]
    if sum(map(bool, kinds)) > 1:
        return _("Your badges: several questions wait for your answer")
    if mail.to_confirm:
        number = sum(each.number for each in mail.to_confirm)
        return _("Learners who wait for your confirmation: %(number)s") % {"number": number}
    if mail.undelivered:
        number = sum(each.number for each in mail.undelivered)
        return _("Badges that have not reached their learners: %(number)s") % {"number": number}
    if mail.unread:
        return _("Your learning platform tells Nozimite nothing of your course")
    if mail.names:
        return _("Please confirm the names of learners")
    badges = [
        *(each.badge for each in mail.questions),
        *(each.badge for each in mail.changes),
        *(each.badge for each in mail.corrections),
        *(each.badge for each in mail.expiring),
    ]
    if mail.questions:
        alone = _("Have all learners completed? A question about the badge “%(badge)s”")
        several = _("Have all learners completed? Questions about your badges")
    elif mail.changes:
        alone = _("Grades changed after the badge “%(badge)s” was awarded")
        several = _("Grades changed after your badges were awarded")
    elif mail.expiring:
        alone = _("The quality assurance of the badge “%(badge)s” ends")
        several = _("The quality assurance of your badges ends")
    else:
        alone = _("A correction of the badge “%(badge)s” is asked for")
        several = _("Corrections of your badges are asked for")
    return several if len(badges) > 1 else alone % {"badge": one_line(badges[0])}


def _how_often(mail: TeacherMail, _: Callable[[str], str]) -> str:
    if mail.at_once:
        return _(
            "You get at most one such e-mail about a course in half an hour, and none about what has settled itself."
        )
    return _("You get at most one such e-mail a day, and none about what has settled itself.")


def _what_waits(mail: TeacherMail, _: Callable[[str], str]) -> Iterator[Part]:
    yield from _told(
        mail.to_confirm,
        [
            _(
                "Learners have done what a badge asks for, as far as Nozimite can see. They get it as soon as you "
                "confirm them on the page “Badges of this course”. Confirm only those who have earned it."
            ),
        ],
        _("Learners who wait for your confirmation"),
        _,
    )
    yield from _told(
        mail.questions,
        [
            _(
                "Every learner of a course can open the link to its badge now. Nozimite cannot tell whether they have "
                "all completed, or whether the restriction of the link was removed. It awards nothing until you "
                "answer."
            ),
        ],
        _("Learners who can open the link without having the badge"),
        _,
        _where_to_answer,
    )
    yield from _told(
        mail.changes,
        [
            _(
                "Grades were changed or cleared after a badge was awarded. No badge is revoked automatically. The page "
                "“Badges of this course” shows each learner's grade at the award and now. There you decide for each "
                "learner whether the badge stays or is revoked."
            ),
        ],
        _("Learners whose grade has changed"),
        _,
    )
    yield from _told(
        mail.names,
        [
            _(
                "Learners have told Nozimite their names themselves, because your learning platform gives it none. "
                "Their badges bear no name until you confirm it on the page “Badges of this course”. Confirm only "
                "whom you know."
            ),
            _(
                "The administrator of your learning platform can have names shared: in the settings of the tool "
                "Nozimite, “share the launcher's name” and “e-mail”. Then you need not confirm any."
            ),
        ],
        _("Learners whose name you can confirm"),
        _,
    )
    yield from _told(
        mail.corrections,
        [
            _(
                "Learners find something wrong in their badges, and ask you to have it corrected. The page “Badges of "
                "this course” shows what, in their own words."
            ),
        ],
        _("Learners who ask for a correction"),
        _,
    )
    yield from _told(
        mail.undelivered,
        [
            _(
                "Badges could not be made, or the e-mails with them came back. They are saved, and nothing is lost. "
                "The page “Badges of this course” says why, and there you can have them tried again."
            ),
        ],
        _("Badges"),
        _,
    )
    yield from _told(
        mail.unread,
        [
            _(
                "Nozimite has not been able to read the data of a course for more than a day, so it awards nothing "
                "there. No badge is lost: it keeps trying. Show the message on the page “Badges of this course” to the "
                "administrator of your learning platform."
            ),
        ],
        _("Days without an answer"),
        _,
    )
    yield from _told(
        mail.expiring,
        [
            _(
                "The accreditation, or another quality assurance that a badge states, ends soon or has ended. Badges "
                "that learners have stay valid. Ask your institution for what follows it. Then state that in a new "
                "version of the badge, so that learners who complete later get a badge with a valid one."
            ),
        ],
        _("Days until it ends"),
        _,
    )


def _facts(waiting: WaitsInCourse, counted: str, _: Callable[[str], str]) -> Facts:
    rows = [(_("Badge"), one_line(waiting.badge))] if waiting.badge else []
    rows += [(_("Course"), one_line(waiting.course)), (counted, str(waiting.number))]
    if isinstance(waiting, ChangedGrades):
        rows.append((_("Learners who no longer reach the minimum"), str(waiting.below_minimum)))
    return Facts(rows=tuple(rows))


def _where_to_answer(question: WaitsInCourse, _: Callable[[str], str]) -> Part:
    return _where_to_go(
        question.course_url,
        _("To answer, open the link to the badge in the course"),
        _("To answer, open the link to the badge in this course of your learning platform."),
    )


def _where_to_decide(about: WaitsInCourse, _: Callable[[str], str]) -> Part:
    """The link of a badge may be deleted: the page that any other one opens has all badges of the course."""
    return _where_to_go(
        about.course_url,
        _("To decide, open the link to any badge in the course"),
        _("To decide, open the link to any badge in this course of your learning platform."),
    )


def _where_to_go(course_url: str | None, at_address: str, without_address: str) -> Part:
    """What to do next, by whether the course's address is known."""
    return Link(label=at_address, url=course_url) if course_url else Paragraph(text=without_address)


def _told(
    waiting: Sequence[WaitsInCourse],
    words: Sequence[str],
    counted: str,
    _: Callable[[str], str],
    where_to_go: Callable[[WaitsInCourse, Callable[[str], str]], Part] = _where_to_decide,
) -> Iterator[Part]:
    """What it is about, once, then each with its number, which is of what `counted` says, and where to go."""
    if waiting:
        yield from (Paragraph(text=each) for each in words)
    for each in waiting:
        yield _facts(each, counted, _)
        yield where_to_go(each, _)
