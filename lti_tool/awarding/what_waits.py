"""WhatWaits: all that waits for a teacher in some courses, and what of it they were not mailed yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.awarding.course_troubles import CourseTrouble, troubles_in
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.awarding.learner_requests import LearnerRequests, open_requests
from lti_tool.awarding.looks import is_gone
from lti_tool.awarding.result_changes import ResultChange, changes_in_course, unmailed
from lti_tool.awarding.waiting_learners import WaitingLearners, waiting_in
from lti_tool.issuing.issuers import Issuers
from lti_tool.mails.teacher_choices import Kind, MailChoice
from lti_tool.observations import Policy
from lti_tool.store import Session, queries
from lti_tool.store.models import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatWaits:
    """What waits for a teacher in the courses that a mail is about."""

    questions: Sequence[Question]
    changes: Sequence[ResultChange]
    requests: LearnerRequests
    to_confirm: Sequence[WaitingLearners]
    troubles: Sequence[CourseTrouble]

    @property
    def changes_by_award(self) -> Sequence[tuple[int, datetime]]:
        """As in `lti_tool.awarding.teacher_mail.DueMail`."""
        return [(each.award.id, each.seen_at) for each in self.changes]

    @property
    def matters(self) -> Mapping[tuple[int, Kind], Sequence[int]]:
        """As in `lti_tool.awarding.teacher_mail.DueMail`."""
        waiting: dict[tuple[int, Kind], Sequence[int]] = {
            (each.rule.id, "to_confirm"): each.people for each in self.to_confirm
        }
        return waiting | {(each.rule.id, each.kind): each.numbers for each in self.troubles}

    @property
    def courses(self) -> Collection[int]:
        """As in `lti_tool.awarding.teacher_mail.DueMail`."""
        return {
            *(row.rule.course_id for row in self.questions),
            *(each.award.rule.course_id for each in self.changes),
            *self.requests.courses,
            *(each.rule.course_id for each in self.to_confirm),
            *(each.rule.course_id for each in self.troubles),
        }


def what_waits(
    session: Session, issuers: Issuers, person_id: int, courses: Mapping[int, MailChoice], now: datetime
) -> WhatWaits:
    """What waits for the teacher in these courses, without the kinds that they have left out."""
    return WhatWaits(
        questions=_questions_in(session, _including(courses, "questions")),
        changes=[
            each
            for course_id in _including(courses, "changes")
            for each in unmailed(session, changes_in_course(session, course_id, now), person_id)
        ],
        requests=open_requests(
            session, _including(courses, "names"), _including(courses, "corrections"), person_id
        ),
        to_confirm=[
            each
            for course_id in _including(courses, "to_confirm")
            for each in waiting_in(
                session, course_id, person_id, issuers.policy_of(session, course_id) or Policy(), now
            )
        ],
        troubles=[
            each
            for course_id, choice in courses.items()
            for each in troubles_in(session, course_id, now)
            if choice.includes(each.kind)
        ],
    )


def news_in(
    waits: WhatWaits, person_id: int, known: Mapping[tuple[int, str], Collection[int]]
) -> Iterator[str]:
    """What the teacher was not mailed yet, each as a text of its own; `known` are the matters that they were mailed."""
    yield from (f"question {row.id}" for row in waits.questions if person_id not in row.mailed_to)
    yield from (f"award {award_id} {seen_at.isoformat()}" for award_id, seen_at in waits.changes_by_award)
    yield from waits.requests.unmailed()
    for (rule_id, kind), numbers in waits.matters.items():
        mailed = known.get((rule_id, kind), ())
        yield from (f"{kind} {rule_id} {number}" for number in numbers if number not in mailed)


def _including(courses: Mapping[int, MailChoice], kind: Kind) -> Sequence[int]:
    return [course_id for course_id, choice in courses.items() if choice.includes(kind)]


def _questions_in(session: Session, courses: Collection[int]) -> Sequence[Question]:
    # While a rule is paused, or waits for another answer, or its link is deleted, its page does not show the question.
    return [
        row
        for row in queries.rules.open_questions(session, courses)
        if version_that_awards(session, row.rule) is not None and not is_gone(row.rule.link)
    ]
