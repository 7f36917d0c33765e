"""The page that tells a teacher how completions are learned in their course, and what each source cannot see."""

from __future__ import annotations

from flask import Blueprint, render_template

from lti_tool.awarding.course_sources import recommended, sources_of
from lti_tool.errors import NotAllowedError
from lti_tool.store.models import Course
from lti_tool.web.current import current_tool
from lti_tool.web.plug_sentences import source_words
from lti_tool.web.teacher.course import Notice
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("course_sources", __name__)


@pages.post("/lti/app/course/sources")
def sources() -> str:
    """The page. Raises NotAllowedError for a visit outside of a course."""
    return sources_page(current_teacher_visit())


def sources_page(visit: Visit, notice: Notice | None = None) -> str:
    """The page of the visit's course. Raises NotAllowedError for a visit outside of a course."""
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    with current_tool().store.read() as session:
        found = sources_of(session, session.get_one(Course, visit.course_id))
    return render_template(
        "teacher/sources.html",
        visit=visit,
        notice=notice,
        sources=[(source, source_words(source.name)) for source in found],
        best=recommended(found),
    )
