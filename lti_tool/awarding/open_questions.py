"""Questions that wait for a teacher, for the mail about them: at most one mail a teacher a day, about all of them.

A teacher has one outbox row for ever. It is due a while after a question was opened, because many settle themselves by
the next look, and never earlier than a day after the last mail. Its payload has the questions that were mailed: a mail
is sent only where there is another one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from badges.template.model import read_template, text_in
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.awarding.looks import is_gone
from lti_tool.awarding.questions import mail_id
from lti_tool.language import best_language
from lti_tool.observations import role_now
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.models import Person, Question
from lti_tool.values import OpenQuestion, Recipient

BETWEEN_MAILS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMail:
    """A mail to a teacher; `ids` are the questions in it, by their database ids."""

    recipient: Recipient
    questions: Sequence[OpenQuestion]
    ids: Sequence[int]


def mail_to(session: Session, person_id: int, mailed: Collection[int]) -> QuestionMail | None:
    """The mail about all questions that are open in the teacher's courses; None where `mailed` has them all."""
    person = session.get(Person, person_id)
    found = _questions_of(session, person_id)
    if person is None or {row.id for row in found} <= set(mailed):
        return None
    language = best_language([person.language])
    return QuestionMail(
        recipient=Recipient(name=person.name or "", email=person.email, language=language),
        questions=[_told(session, row, language) for row in found],
        ids=[row.id for row in found],
    )


def record_mail(session: Session, person_id: int, mail: QuestionMail, now: datetime) -> None:
    """Records that the teacher was mailed, and schedules the next mail, in case that there is another question then."""
    rows = [session.get_one(Question, question_id) for question_id in mail.ids]
    # A look locks its course, then changes questions and the rows of mails in an order of its own: without this lock
    # the two could wait for each other.
    for course_id in sorted({row.rule.course_id for row in rows}):
        queries.people.lock_course(session, course_id)
    for row in rows:
        row.mailed_at = row.mailed_at or now
        events.record(session, "mailed", "question", row.id, now, data={"people": [person_id]})
    payload = {"person_id": person_id, "mailed": list(mail.ids)}
    outbox.schedule(session, mail_id(person_id), "ask_teacher", payload, now + BETWEEN_MAILS)


def finish(session: Session, person_id: int, mailed: Collection[int], now: datetime) -> None:
    """Ends the job where there is nothing to mail to the teacher.

    The row is locked first: a question that was opened since `mail_to` is either seen here, or finds the row done.
    """
    outbox.finish(session, mail_id(person_id))
    if mail_to(session, person_id, mailed) is not None:
        outbox.schedule_unless_open(session, mail_id(person_id), "ask_teacher", {}, now)


def _questions_of(session: Session, person_id: int) -> Sequence[Question]:
    roles = queries.observations.roles_of_person(session, person_id)
    courses = [course_id for course_id, own in roles.items() if role_now(own) == "staff"]
    found = queries.rules.open_questions(session, courses)
    # While a rule is paused, or waits for another answer, or its link is deleted, its page does not show the question.
    return [
        row
        for row in found
        if version_that_awards(session, row.rule) is not None and not is_gone(row.rule.link)
    ]


def _told(session: Session, question: Question, language: str) -> OpenQuestion:
    rule = question.rule
    template = read_template(queries.rules.shown_version(session, rule).template_version.body)
    return OpenQuestion(
        badge=text_in(template.name, language, template.in_language),
        course=rule.course.title,
        course_url=rule.course.url,
        number=len(question.people),
    )
