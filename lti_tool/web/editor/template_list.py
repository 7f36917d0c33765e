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
from badges.template.model import Template, read_template, template_as_json
from lti_tool.people import operator_sessions
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import files, versions
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import Author, current_author, locked, operator_author, readable
from lti_tool.web.editor.fields import STEPS, labels
from lti_tool.web.editor.messages import deed, problem_sentence
from lti_tool.web.editor.steps import step_page
from lti_tool.web.headers import NOBODY, framed_by
from lti_tool.web.languages import page_language

pages = Blueprint("template_list", __name__)

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
    token = operator_sessions.start_operator_session(tool.memory, request.form.get("code", ""))
    with tool.store.read() as session:
        return _list(session, operator_author(token))


@pages.post("/lti/app/templates")
def all_here() -> str:
    author = current_author()
    with current_tool().store.read() as session:
        return _list(session, author)


@pages.post("/lti/app/templates/new")
def new() -> str:
    """A draft that knows already what the course and the institution say about it."""
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = versions.add(
            session, _beginning(author), tool.clock(), course_id=author.course_id, by=author.by
        )
        return step_page(author, row, STEPS[0])


@pages.post("/lti/app/templates/import")
def bring() -> str:
    author = current_author()
    tool = current_tool()
    file = request.files.get("file")
    with tool.store.begin() as session:
        try:
            found = files.import_json(file.read() if file else b"", tool.clock().date())
        except TemplateError as error:
            return _list(
                session, author, _("This file cannot be imported. Nothing was saved."), error.problems
            )
        row = versions.add(
            session,
            found.body,
            tool.clock(),
            course_id=author.course_id,
            by=author.by,
            what="imported",
            own_picture=found.picture,
        )
        return step_page(author, row, STEPS[0], notes=found.notes)


@pages.post(f"{_WAY}/export")
def export(template_id: UUID, version: int) -> Response:
    author = current_author()
    with current_tool().store.read() as session:
        row = readable(session, author, template_id, version)
        response = Response(files.export_json(row), mimetype="application/json")
    name = f"template-{str(template_id)[:8]}-{version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post(f"{_WAY}/copy")
def copy(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        source = readable(session, author, template_id, version)
        row = versions.copy(session, source, tool.clock(), course_id=author.course_id, by=author.by)
        return step_page(author, row, STEPS[0])


@pages.post(f"{_WAY}/next")
def next_version(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = versions.next_version(
            session, locked(session, author, template_id, version), tool.clock(), author.by
        )
        return step_page(author, row, STEPS[0])


@pages.post(f"{_WAY}/retire")
def retire(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        versions.retire(locked(session, author, template_id, version), tool.clock(), author.by)
        return _list(session, author)


@pages.post(f"{_WAY}/discard")
def discard(template_id: UUID, version: int) -> str:
    author = current_author()
    with current_tool().store.begin() as session:
        versions.delete_draft(session, locked(session, author, template_id, version))
        session.flush()
        return _list(session, author)


def _list(
    session: Session, author: Author, trouble: str = "", problems: Sequence[tuple[str, str]] = ()
) -> str:
    rows = queries.templates.templates_of_course(session, author.course_id)
    others: Sequence[TemplateVersion] = ()
    if author.registration_id is not None:
        others = [
            row
            for row in queries.templates.published_templates(session, author.registration_id)
            if row.course_id != author.course_id
        ]
    return render_template(
        "editor/list.html",
        author=author,
        groups=[list(group) for _id, group in groupby(rows, key=lambda row: row.template_id)],
        others=others,
        trouble=trouble,
        problems=problems,
        problem_sentence=problem_sentence,
        did=deed,
        written=lambda names: ", ".join(str(label) for label in labels(names)),
    )


def _beginning(author: Author) -> Json:
    """What is known already: the course's title, the page's language, and who assures the quality of all of it."""
    tool = current_tool()
    language = page_language()
    template = Template(
        name={language: _title(author.course_title)},
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
