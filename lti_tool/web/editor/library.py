"""The templates of a course or of the institution: a list, and what can be done with a whole template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from badges.errors import TemplateError
from badges.template import Template, read_template, template_as_json
from lti_tool import admission, template_files, templates
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.editor.desk import Desk, held, institution, seen, sit_down
from lti_tool.web.editor.fields import STEPS, labels
from lti_tool.web.editor.sentences import deed, problem_sentence
from lti_tool.web.editor.writing import step_page
from lti_tool.web.headers import NOBODY, framed_by
from lti_tool.web.languages import page_language

pages = Blueprint("library", __name__)

_WAY = "/lti/app/templates/<uuid:template_id>/<int:version>"


@pages.get("/lti/editor")
def door() -> str:
    """Where the institution's one-time address leads: a look at it does not use it up."""
    framed_by(NOBODY)
    return render_template("editor/door.html", code=request.args.get("code", ""))


@pages.post("/lti/editor")
def enter() -> str:
    framed_by(NOBODY)
    tool = current_tool()
    token = admission.enter_institution(tool.memory, request.form.get("code", ""))
    with tool.store.read() as session:
        return _list(session, institution(token))


@pages.post("/lti/app/templates")
def all_here() -> str:
    desk = sit_down()
    with current_tool().store.read() as session:
        return _list(session, desk)


@pages.post("/lti/app/templates/new")
def new() -> str:
    """A draft that knows already what the course and the institution say about it."""
    desk = sit_down()
    tool = current_tool()
    with tool.store.begin() as session:
        row = templates.add(session, _beginning(desk), tool.clock(), course_id=desk.course_id, by=desk.by)
        return step_page(desk, row, STEPS[0])


@pages.post("/lti/app/templates/import")
def bring() -> str:
    desk = sit_down()
    tool = current_tool()
    file = request.files.get("file")
    with tool.store.begin() as session:
        try:
            found = template_files.imported(file.read() if file else b"", tool.clock().date())
        except TemplateError as error:
            return _list(session, desk, _("This file cannot be imported. Nothing was saved."), error.problems)
        row = templates.add(
            session,
            found.body,
            tool.clock(),
            course_id=desk.course_id,
            by=desk.by,
            what="imported",
            own_picture=found.picture,
        )
        return step_page(desk, row, STEPS[0], notes=found.notes)


@pages.post(f"{_WAY}/export")
def export(template_id: UUID, version: int) -> Response:
    desk = sit_down()
    with current_tool().store.read() as session:
        row = seen(session, desk, template_id, version)
        response = Response(template_files.exported(row), mimetype="application/json")
    name = f"template-{str(template_id)[:8]}-{version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post(f"{_WAY}/copy")
def copy(template_id: UUID, version: int) -> str:
    desk = sit_down()
    tool = current_tool()
    with tool.store.begin() as session:
        source = seen(session, desk, template_id, version)
        row = templates.copy(session, source, tool.clock(), course_id=desk.course_id, by=desk.by)
        return step_page(desk, row, STEPS[0])


@pages.post(f"{_WAY}/next")
def next_version(template_id: UUID, version: int) -> str:
    desk = sit_down()
    tool = current_tool()
    with tool.store.begin() as session:
        row = templates.next_version(
            session, held(session, desk, template_id, version), tool.clock(), desk.by
        )
        return step_page(desk, row, STEPS[0])


@pages.post(f"{_WAY}/retire")
def retire(template_id: UUID, version: int) -> str:
    desk = sit_down()
    tool = current_tool()
    with tool.store.begin() as session:
        templates.retire(held(session, desk, template_id, version), tool.clock(), desk.by)
        return _list(session, desk)


@pages.post(f"{_WAY}/discard")
def discard(template_id: UUID, version: int) -> str:
    desk = sit_down()
    with current_tool().store.begin() as session:
        templates.discard(session, held(session, desk, template_id, version))
        session.flush()
        return _list(session, desk)


def _list(session: Session, desk: Desk, trouble: str = "", problems: Sequence[tuple[str, str]] = ()) -> str:
    rows = queries.templates_of_course(session, desk.course_id)
    others: Sequence[TemplateVersion] = ()
    if desk.registration_id is not None:
        others = [
            row
            for row in queries.published_templates(session, desk.registration_id)
            if row.course_id != desk.course_id
        ]
    return render_template(
        "editor/list.html",
        desk=desk,
        groups=[list(group) for _id, group in groupby(rows, key=lambda row: row.template_id)],
        others=others,
        trouble=trouble,
        problems=problems,
        problem_sentence=problem_sentence,
        did=deed,
        written=lambda names: ", ".join(str(label) for label in labels(names)),
    )


def _beginning(desk: Desk) -> Json:
    """What is known already: the course's title, the page's language, and who assures the quality of all of it."""
    tool = current_tool()
    language = page_language()
    template = Template(
        name={language: _title(desk.course_title)},
        in_language=language,
        types_of_quality_assurance=tool.issuer.profile.accreditations,
        review_date=(tool.clock() + timedelta(days=365)).date(),
    )
    return template_as_json(template)


def _title(course_title: str) -> str:
    """The course's title, where it can be a badge's."""
    title = " ".join(course_title.split())
    try:
        read_template({"name": {"en": title}})
    except TemplateError:
        return _("New badge")
    return title
