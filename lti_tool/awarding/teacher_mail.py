"""The mail to a teacher about what waits for them: at most one a teacher a day, about all their courses.

Of a course of which a teacher wants to hear at once there are mails of its own, at most one in half an hour; of one of
which they want to hear nothing there is nothing in any mail, nor of the kinds that they have left out, nor once it has
ended.

It has all learners to confirm, all questions that are open, all that learners ask, and the grades that have changed
since an award, each change once. What it tells of changed grades is what the teacher's page shows: also where the rule
is paused, or its link deleted, because the badge stays valid and only a teacher can revoke it. Questions wait while the
page does not show them.

A teacher has one outbox row for ever, and one more for each course of which they hear at once. It is due a while after
something has come up, because much settles itself by the next look, and never earlier than a day, or half an hour,
after the last mail. A mail is sent only where it has something new: the rows of questions, corrections and learners say
which teachers were mailed them, and tables of their own which changes, and which learners to confirm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from badges.template.model import Template, stored_template, text_in
from lti_tool.awarding.course_troubles import CourseTrouble
from lti_tool.awarding.learner_requests import (
    corrections_told,
    names_told,
    record_mailed,
)
from lti_tool.awarding.mail_schedule import mail_id, mail_payload
from lti_tool.awarding.result_changes import ResultChange
from lti_tool.awarding.waiting_learners import WaitingLearners
from lti_tool.awarding.what_waits import WhatWaits, news_in, what_waits
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import best_language
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.teacher_choices import USUAL, Kind, MailChoice
from lti_tool.observations import role_now
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.models import AwardRule, Course, Person, Question, RuleVersion
from lti_tool.values import ChangedGrades, Recipient, TeacherMail, WaitsInCourse

BETWEEN_MAILS = timedelta(days=1)
#: Of a course of which a teacher hears at once.
BETWEEN_MAILS_AT_ONCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMail:
    """A mail to be sent, and by database ids what is in it.

    `changes` are ids of awards, each with when its newest change was seen. `stated` are people, each with when they
    stated their name. `matters` are the numbers of learners to confirm and of troubles, by rule and kind. `courses`
    are those of all that is in it.
    """

    mail: TeacherMail
    courses: Collection[int]
    questions: Sequence[int]
    changes: Sequence[tuple[int, datetime]]
    stated: Mapping[int, datetime | None]
    corrections: Sequence[int]
    matters: Mapping[tuple[int, Kind], Sequence[int]]


def mail_to(
    session: Session, issuers: Issuers, person_id: int, now: datetime, at_once_of: int | None = None
) -> DueMail | None:
    """The mail about all that waits for the teacher; None where there is nothing new.

    With `at_once_of`, only about the course with that id, of which they want to hear at once; else about those of which
    they want to hear once a day.
    """
    person = session.get(Person, person_id)
    if person is None or queries.mails.has_refused(session, person_id, "waiting"):
        return None
    waits = what_waits(session, issuers, person_id, _courses_of(session, person_id, at_once_of), now)
    news = list(news_in(waits, person_id, queries.mails.mailed_matters(session, person_id)))
    if not news:
        return None
    return DueMail(
        mail=_mail(session, issuers, person, waits, at_once=at_once_of is not None, news=news),
        courses=waits.courses,
        questions=[row.id for row in waits.questions],
        changes=waits.changes_by_award,
        stated=waits.requests.stated,
        corrections=[row.id for row in waits.requests.corrections],
        matters=waits.matters,
    )


def _mail(
    session: Session,
    issuers: Issuers,
    person: Person,
    waits: WhatWaits,
    *,
    at_once: bool,
    news: Sequence[str],
) -> TeacherMail:
    language = best_language([person.language])
    issuer = issuers.of_person(session, person.id)
    undelivered = [each for each in waits.troubles if each.kind == "undelivered"]
    expiring = [each for each in waits.troubles if each.kind == "expiring"]
    return TeacherMail(
        recipient=Recipient(name=person.name or "", email=person.email, language=language),
        issuer=letterhead(issuer, language),
        questions=[_question(session, row, language) for row in waits.questions],
        changes=_by_badge(waits.changes, language),
        names=names_told(session, waits.requests),
        corrections=corrections_told(waits.requests, language),
        to_confirm=[_to_confirm(each, language) for each in waits.to_confirm],
        undelivered=[_trouble(session, each, len(each.numbers), language) for each in undelivered],
        unread=[_unread(each) for each in waits.troubles if each.kind == "unread"],
        expiring=[_trouble(session, each, each.days, language) for each in expiring],
        at_once=at_once,
        reference=_reference(person.id, news),
        unsubscribe_url=issuer.reminders_url(RemindedPerson(person_id=person.id, kind="waiting")),
    )


def record_mail(
    session: Session, person_id: int, due: DueMail, now: datetime, at_once_of: int | None = None
) -> None:
    """Records that the teacher was mailed, and schedules the next mail, in case that there is something new then."""
    # A look locks its course, then changes questions and the rows of mails in an order of its own: without this lock
    # the two could wait for each other. It also keeps two workers that had the same job from recording it at once.
    for course_id in sorted(due.courses):
        queries.people.lock_course(session, course_id)
    data = {"people": [person_id]}
    for question_id in due.questions:
        row = session.get_one(Question, question_id)
        row.mailed_at = row.mailed_at or now
        if person_id not in row.mailed_to:
            row.mailed_to = [*row.mailed_to, person_id]
        events.record(session, "mailed", "question", row.id, now, data=data)
    for award_id, seen_at in due.changes:
        if queries.awards.save_mailed_change(session, award_id, person_id, seen_at, now):
            events.record(session, "mailed", "award", award_id, now, data=data)
    for (rule_id, kind), numbers in sorted(due.matters.items()):
        if queries.mails.save_mailed_matter(session, rule_id, kind, person_id, numbers, now):
            events.record(session, "mailed", "rule", rule_id, now, why=kind, data=data)
    record_mailed(session, person_id, due.stated, due.corrections, now)
    # What came up while it was sent waits as long as anything else: a teacher gets one mail a day.
    outbox.reschedule(
        session,
        mail_id(person_id, at_once_of),
        "mail_teacher",
        mail_payload(person_id, at_once_of),
        now + (BETWEEN_MAILS if at_once_of is None else BETWEEN_MAILS_AT_ONCE),
        or_sooner=False,
    )


def _courses_of(session: Session, person_id: int, at_once_of: int | None) -> Mapping[int, MailChoice]:
    """What the teacher has chosen, by the ids of those courses that the mail is about."""
    roles = queries.observations.roles_of_person(session, person_id)
    choices = queries.mails.choices_of(session, person_id)
    wanted = "daily" if at_once_of is None else "at_once"
    return {
        course_id: choice
        for course_id in sorted(course_id for course_id, own in roles.items() if role_now(own) == "staff")
        if at_once_of in (None, course_id)
        and (choice := choices.get(course_id, USUAL)).frequency == wanted
        and session.get_one(Course, course_id).concluded_at is None
    }


def _question(session: Session, question: Question, language: str) -> WaitsInCourse:
    version = queries.rules.shown_version(session, question.rule)
    return _about_badge(question.rule, version, len(question.people), language)


def _to_confirm(waiting: WaitingLearners, language: str) -> WaitsInCourse:
    return _about_badge(waiting.rule, waiting.version, len(waiting.people), language)


def _trouble(session: Session, trouble: CourseTrouble, number: int, language: str) -> WaitsInCourse:
    version = queries.rules.shown_version(session, trouble.rule)
    return _about_badge(trouble.rule, version, number, language)


def _unread(trouble: CourseTrouble) -> WaitsInCourse:
    course: Course = trouble.rule.course
    return WaitsInCourse(course=course.title, course_url=course.url, number=trouble.days)


def _about_badge(rule: AwardRule, version: RuleVersion, number: int, language: str) -> WaitsInCourse:
    course: Course = rule.course
    name = _name(stored_template(version.template_version.body), language)
    return WaitsInCourse(course=course.title, course_url=course.url, number=number, badge=name)


def _by_badge(changes: Iterable[ResultChange], language: str) -> Sequence[ChangedGrades]:
    """The changes as numbers, a course and badge each; a course may award a badge by several links."""
    found: defaultdict[tuple[int, str], list[ResultChange]] = defaultdict(list)
    for each in changes:
        found[each.award.rule.course_id, each.award.template_id].append(each)
    return [_changed_grades(each, language) for each in found.values()]


def _changed_grades(changes: Sequence[ResultChange], language: str) -> ChangedGrades:
    award = changes[-1].award
    course: Course = award.rule.course
    return ChangedGrades(
        badge=_name(stored_template(award.template_version.body), language),
        course=course.title,
        course_url=course.url,
        number=len(changes),
        below_minimum=sum(not each.still_met for each in changes),
    )


def _name(template: Template, language: str) -> str:
    return text_in(template.name, language, template.in_language)


def _reference(person_id: int, new: Sequence[str]) -> str:
    """What identifies the mail, by what is new in it: the same for another attempt, by which mail servers recognise it.

    What is new once is not new again, so no two mails have the same.
    """
    digest = sha256(" ".join(sorted(new)).encode()).hexdigest()[:10]
    return f"waiting-{person_id}-{digest}"
