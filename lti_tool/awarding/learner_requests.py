"""What learners ask of the teachers of a course: to confirm the name that they stated, to correct their badge.

Both stand on the teacher's page until they are answered, and are mailed to each teacher once, as questions are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.template.model import stored_template, text_in
from lti_tool.awarding.mail_schedule import schedule_mails_of, teachers_of
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award, CorrectionRequest, Course, Person
from lti_tool.values import WaitsInCourse


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRequests:
    """What is open in some courses, without what the teacher asks as a learner there.

    `names` are learners by the id of a course in which their badge is shown to the teacher.
    """

    teacher_id: int
    names: Mapping[int, Sequence[Person]]
    corrections: Sequence[CorrectionRequest]

    @property
    def courses(self) -> Collection[int]:
        """The ids of the courses in which anything is open."""
        asked_in = {row.award.course_id for row in self.corrections}
        return {*self.names, *(course_id for course_id in asked_in if course_id is not None)}

    @property
    def stated(self) -> Mapping[int, datetime | None]:
        """When the learners stated their names, by their ids."""
        return {each.id: each.name_stated_at for own in self.names.values() for each in own}

    def unmailed(self) -> Iterator[str]:
        """What the teacher was not mailed yet, each as a text that is never that of anything else."""
        for row in self.corrections:
            if self.teacher_id not in row.mailed_to:
                yield f"correction {row.id}"
        for person in {each.id: each for own in self.names.values() for each in own}.values():
            if self.teacher_id not in person.name_mailed_to:
                yield f"name {person.id} {person.name_stated_at}"


def open_requests(
    session: Session, courses: Collection[int], correction_courses: Collection[int], teacher_id: int
) -> LearnerRequests:
    """The names that learners of `courses` ask the teacher to confirm, and the corrections of the other courses."""
    names = {
        course_id: [each for each in people if each.id != teacher_id]
        for course_id in courses
        if (people := queries.people.with_stated_names(session, course_id))
    }
    corrections = queries.corrections.open_in(session, correction_courses)
    return LearnerRequests(
        teacher_id=teacher_id,
        names={course_id: own for course_id, own in names.items() if own},
        corrections=[row for row in corrections if row.award.person_id != teacher_id],
    )


def names_told(session: Session, requests: LearnerRequests) -> Sequence[WaitsInCourse]:
    """The stated names as a mail tells them: how many, by course."""
    courses = [(session.get_one(Course, course_id), own) for course_id, own in sorted(requests.names.items())]
    return [
        WaitsInCourse(course=course.title, course_url=course.url, number=len(own)) for course, own in courses
    ]


def corrections_told(requests: LearnerRequests, language: str) -> Sequence[WaitsInCourse]:
    """The corrections as a mail tells them: how many, by course and badge, which is named in that language."""
    found: defaultdict[tuple[int | None, str], list[Award]] = defaultdict(list)
    for row in requests.corrections:
        found[row.award.course_id, row.award.template_id].append(row.award)
    return [_corrections(awards, language) for awards in found.values()]


def _corrections(awards: Sequence[Award], language: str) -> WaitsInCourse:
    """Of one badge in one course."""
    course = awards[-1].course
    template = stored_template(awards[-1].template_version.body)
    return WaitsInCourse(
        badge=text_in(template.name, language, template.in_language),
        course=course.title if course is not None else "",
        course_url=course.url if course is not None else None,
        number=len(awards),
    )


def schedule_mails_about(session: Session, person_id: int, courses: Collection[int], now: datetime) -> None:
    """Schedules the mail to the teachers of these courses about what the person asks, but never to that person."""
    teachers = {course_id: set(teachers_of(session, course_id)) - {person_id} for course_id in courses}
    schedule_mails_of(session, teachers, now)


def record_mailed(
    session: Session,
    teacher_id: int,
    stated: Mapping[int, datetime | None],
    corrections: Collection[int],
    now: datetime,
) -> None:
    """Records that the teacher was mailed these names, by person with when they were stated, and corrections, by id.

    The caller has locked the courses. What was answered, erased or stated anew meanwhile is left as it is.
    """
    data = {"people": [teacher_id]}
    for person_id, stated_at in sorted(stated.items()):
        person = queries.people.lock_person(session, person_id)
        if person.name_stated_at == stated_at and teacher_id not in person.name_mailed_to:
            person.name_mailed_to = [*person.name_mailed_to, teacher_id]
            events.record(session, "mailed", "person", person_id, now, why="name", data=data)
    for row_id in sorted(corrections):
        row = session.get(CorrectionRequest, row_id)
        if row is not None and teacher_id not in row.mailed_to:
            row.mailed_to = [*row.mailed_to, teacher_id]
            events.record(session, "mailed", "award", row.award_id, now, why="correction", data=data)
