"""Names that learners of the course stated themselves, for staff to confirm or decline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, request

from lti_tool.awarding import confirmations
from lti_tool.errors import NotAllowedError, NotFoundError, OtherNameError
from lti_tool.people import stated_names
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.stated_name_answers import OTHER_NAME
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("stated_names", __name__)


@pages.post("/lti/app/people/<int:person_id>/name/confirm")
def confirm(person_id: int) -> str:
    """Confirms the name of a learner of the course; their badges are replaced by ones with it."""
    done = _("The name is confirmed. Badges without it are being replaced.")
    return _answer(person_id, stated_names.confirm_name, done)


@pages.post("/lti/app/people/<int:person_id>/name/decline")
def decline(person_id: int) -> str:
    """Declines the name: the learner is asked again."""
    done = _("The name is declined. The learner can state another one.")
    return _answer(person_id, stated_names.decline_name, done)


def _answer(person_id: int, answer: Callable[[Session, int, str, datetime, Actor], None], done: str) -> str:
    """The course with what was done, or with why nothing was: the name that was read is not the one that waits."""
    visit = current_teacher_visit()
    tool = current_tool()
    notice = Notice(text=done)
    try:
        with tool.store.begin() as session:
            _check(session, visit, person_id)
            answer(session, person_id, request.form.get("name", ""), tool.clock(), visit.actor)
    except OtherNameError:
        notice = Notice(text=OTHER_NAME, light="unsure")
    return course_page(visit, notice)


def _check(session: Session, visit: Visit, person_id: int) -> None:
    """Raises NotFoundError for somebody without a badge in the course, NotAllowedError for who may confirm nobody."""
    if visit.course_id is None or visit.person_id is None:
        raise NotAllowedError("names are confirmed by known staff of a course")
    if person_id not in {each.id for each in queries.people.with_stated_names(session, visit.course_id)}:
        raise NotFoundError("nobody of this course has stated a name")
    confirmations.check_may_confirm(session, visit.course_id, visit.person_id, page_issuer().policy)
