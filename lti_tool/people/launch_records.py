"""The course and the learner of a launch, as rows."""

from __future__ import annotations

from datetime import datetime

from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import (
    Course,
    Learner,
)
from lti_tool.store.queries.common import add_if_absent
from lti_tool.values import Launch


def save_course(session: Session, launch: Launch, now: datetime) -> Course | None:
    if launch.context_id is None:
        return None
    course = queries.people.course_of(session, launch.registration_id, launch.context_id)
    if course is None:
        add_if_absent(session, Course(registration_id=launch.registration_id, context_id=launch.context_id))
        course = queries.people.course_of(session, launch.registration_id, launch.context_id)
        assert course is not None
    course.title = launch.context_title or course.title
    course.memberships_url = launch.memberships_url or course.memberships_url
    course.line_items_url = launch.line_items_url or course.line_items_url
    course.concluded_at = None
    return course


def save_learner(session: Session, launch: Launch, now: datetime) -> Learner | None:
    if launch.user_id is None or launch.acting_for_other:
        return None
    learner = queries.people.learner(session, launch.registration_id, launch.user_id)
    if learner is None:
        add_if_absent(session, Learner(registration_id=launch.registration_id, user_id=launch.user_id))
        learner = queries.people.learner(session, launch.registration_id, launch.user_id)
        assert learner is not None
    learner.name = launch.name or learner.name
    learner.email = launch.email or learner.email
    learner.language = launch.locale or learner.language
    for award in queries.awards.waiting_awards(session, learner.id):
        outbox.add(session, "issue", {"award_id": award.id}, now)
    return learner
