"""The page on which a teacher uploads a list of who has completed: each row is shown before anything happens."""

from __future__ import annotations

import secrets

from flask import Blueprint, render_template, request

from lti_tool.awarding import imports, looks
from lti_tool.awarding.course_sources import sources_of
from lti_tool.errors import NotAllowedError
from lti_tool.sources import csv, is_open
from lti_tool.sources.csv.rows import MOST_BYTES, ListError, read_rows
from lti_tool.store import Session
from lti_tool.store.models import Course
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plug_sentences import source_words
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("list_upload", __name__)

#: For so long a list that was shown can be taken.
SHOWN_SECONDS = 3600
#: What a form has beside the file.
FORM_BYTES = 20_000


@pages.post("/lti/app/course/list")
def upload_page() -> str:
    """The form, and how far a list is that is being stored. Raises NotAllowedError outside of a course."""
    return _page(current_teacher_visit())


@pages.post("/lti/app/course/list/rows")
def show_rows() -> str:
    """Each row of the uploaded file, and what is wrong with it. Nothing is stored but what can be taken.

    Raises NotAllowedError where lists are not open here, or the person may not confirm learners.
    """
    request.max_content_length = request.max_form_memory_size = MOST_BYTES + FORM_BYTES
    visit = current_teacher_visit()
    tool = current_tool()
    upload = request.files.get("file")
    content = upload.read() if upload is not None else b""
    if not content:
        return _page(visit, problem=_("Choose a file first."))
    try:
        rows = read_rows(content, page_issuer().profile.zone, tool.clock())
    except ListError as error:
        return _page(visit, problem=source_words(csv.NAME)["file"][error.code])
    with tool.store.read() as session:
        course = _course(session, visit)
        if not _is_open(session, course):
            raise NotAllowedError("lists are not taken in this course")
        checked = imports.check(session, course, rows, visit.person_id, page_issuer().policy)
        is_used = _is_used(session, course)
    kept = imports.kept(checked)
    key = secrets.token_urlsafe(24)
    if kept:
        shown = {"course_id": visit.course_id, "by_id": visit.person_id, "rows": kept}
        tool.expiring_values.put(_key(key), shown, SHOWN_SECONDS)
    return render_template(
        "teacher/list_rows.html",
        visit=visit,
        key=key,
        number=len(kept),
        is_used=is_used,
        refused=[each for each in checked if each.problem],
        new=[each for each in checked if not each.problem and not each.is_known],
        known=[each for each in checked if each.is_known],
        words=source_words(csv.NAME)["row"],
    )


@pages.post("/lti/app/course/list/take")
def take_rows() -> str:
    """Takes what was shown, once."""
    visit = current_teacher_visit()
    tool = current_tool()
    shown = tool.expiring_values.take(_key(request.form.get("list", "")))
    if shown is None or (shown["course_id"], shown["by_id"]) != (visit.course_id, visit.person_id):
        return _page(visit, problem=_("This list was taken already, or shown too long ago. Upload it again."))
    with tool.store.begin() as session:
        course = _course(session, visit)
        is_begun = _is_open(session, course) and imports.begin(
            session, course, shown["rows"], visit.person_id, visit.actor, tool.clock()
        )
    if not is_begun:
        return _page(
            visit,
            problem=_("Another list of this course is being taken. Upload this one again once it is done."),
        )
    text = ngettext("%(num)s row is being taken.", "%(num)s rows are being taken.", len(shown["rows"]))
    return course_page(visit, Notice(text=text))


def _page(visit: Visit, problem: str = "") -> str:
    with current_tool().store.read() as session:
        course = _course(session, visit)
        return render_template(
            "teacher/list_upload.html",
            visit=visit,
            problem=problem,
            is_open=_is_open(session, course),
            is_used=_is_used(session, course),
            opens=source_words(csv.NAME)["source"]["opens"],
            progress=imports.progress(session, course.id),
        )


def _course(session: Session, visit: Visit) -> Course:
    return session.get_one(Course, visit.course_id)


def _is_open(session: Session, course: Course) -> bool:
    return is_open(csv, looks.asked_about(session, course))


def _is_used(session: Session, course: Course) -> bool:
    """Whether a badge of the course asks for what lists tell."""
    return any(source.is_used for source in sources_of(session, course) if source.name == csv.NAME)


def _key(key: str) -> str:
    return f"list-{key[:100]}"
