"""Copies of courses: that a course is one is noted, and its teachers are offered the rules of its origins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.awarding.ledger import Seen, append
from lti_tool.observations import COURSE_COPIED, select
from lti_tool.sources.found import Found, is_new
from lti_tool.store import Session, queries
from lti_tool.store.models import Course, RuleVersion
from lti_tool.store.queries.common import add_or_find
from lti_tool.values import CourseCopy


def note(session: Session, registration_id: int, copy: CourseCopy, source: str, now: datetime) -> None:
    """Notes that a course is a copy, where one of those that it was made of has a badge; others are none of our own."""
    known = [queries.people.course_of(session, registration_id, each) for each in copy.origins]
    origins = [each for each in known if each and queries.rules.awarding_versions(session, course_id=each.id)]
    if not origins:
        return

    def find() -> Course | None:
        return queries.people.course_of(session, registration_id, copy.context_id)

    new = Course(registration_id=registration_id, context_id=copy.context_id, title=copy.title)
    course = find() or add_or_find(session, new, find)
    course = queries.people.lock_course(session, course.id)
    value = {"origins": [each.context_id for each in origins]}
    found = Found(user_id=None, kind=COURSE_COPIED, value=value)
    if is_new(found, queries.observations.about_course(session, course.id), source):
        append(session, course, [found], Seen(source=source, at=now), {})


def offered(session: Session, course: Course) -> Sequence[RuleVersion]:
    """The rules of the courses that this one was made of, whose badges it has not yet, as they award there now."""
    about = select(queries.observations.about_course(session, course.id), COURSE_COPIED)
    if not about:
        return ()
    own = {
        version.template_version.template_id
        for rule in queries.rules.rules_of(session, course.id)
        for version in rule.versions
    }
    found: dict[str, RuleVersion] = {}
    for origin_id in about[-1].value["origins"]:
        origin = queries.people.course_of(session, course.registration_id, origin_id)
        if origin is None or origin.id == course.id:
            continue
        for version in queries.rules.awarding_versions(session, course_id=origin.id):
            template = version.template_version
            is_usable = queries.templates.published_template(
                session, template.template_id, course.registration_id, course.id
            )
            if template.template_id not in own and is_usable is not None:
                found.setdefault(template.template_id, version)
    return list(found.values())
