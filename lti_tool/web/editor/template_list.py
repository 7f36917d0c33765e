"""The list of the templates of a course or of the institution, and what can be done with a whole template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.errors import TemplateError
from badges.template.model import Template, read_template, template_as_json
from lti_tool.people import operator_sessions
from lti_tool.publishing.exports import record_export
from lti_tool.store import Session, events, queries
from lti_tool.store.events import UNKNOWN
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import approval_requests, files, versions
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import (
    Author,
    current_author,
    locked_version,
    make_page_of,
    operator_author,
    readable_version,
)
from lti_tool.web.editor.fields import field_labels
from lti_tool.web.editor.messages import change_label, problem_sentence
from lti_tool.web.editor.preview import mark_address
from lti_tool.web.editor.steps import step_page, unready_fields
from lti_tool.web.headers import NO_ORIGIN, allow_framing_by
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import check_editor
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import gettext as _

pages = Blueprint("template_list", __name__)

_VERSION_ROUTE = "/lti/app/templates/<uuid:template_id>/<int:version>"


@pages.get("/lti/editor")
def operator_entry() -> str:
    """The page of the operator's one-time address. Only its button uses the code up: mail programs open links too."""
    allow_framing_by(NO_ORIGIN)
    code = request.args.get("code", "")
    make_page_of(operator_sessions.issuer_of_code(current_tool().expiring_values, code))
    return render_template("editor/operator_entry.html", code=code)


@pages.post("/lti/editor")
def start_operator_session() -> str:
    """The list of templates, for whoever has the code. Raises what `check_editor` does, before a token is given out."""
    allow_framing_by(NO_ORIGIN)
    tool = current_tool()
    token = operator_sessions.start_operator_session(tool.expiring_values, request.form.get("code", ""))
    operator = operator_sessions.operator_of(tool.expiring_values, token) or UNKNOWN
    rights = check_editor(operator, operator_sessions.issuer_of(tool.expiring_values, token))
    author = operator_author(token, operator, rights)
    with tool.store.begin() as session:
        # Only now the token is handed out: nobody is signed in without an event.
        now, owner = tool.clock(), author.issuer_id
        events.record(session, "signed_in", "editor", "", now, actor=operator, issuer_id=owner)
        return _list_page(session, author)


@pages.post("/lti/app/templates")
def list_templates() -> str:
    author = current_author()
    with current_tool().store.read() as session:
        return _list_page(session, author)


@pages.post("/lti/app/templates/new")
def create() -> str:
    """A new draft, with what the course and the issuer's settings say about it already."""
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = versions.add(
            session,
            _new_template(author),
            tool.clock(),
            course_id=author.course_id,
            issuer_id=author.issuer_id,
            by=author.actor,
        )
        return step_page(author, row)


@pages.post("/lti/app/templates/import")
def import_file() -> str:
    author = current_author()
    tool = current_tool()
    file, profile = request.files.get("file"), page_issuer().profile
    with tool.store.begin() as session:
        try:
            imported = files.import_json(file.read() if file else b"", profile, profile.day_of(tool.clock()))
        except TemplateError as error:
            return _list_page(
                session, author, _("This file cannot be imported. Nothing was saved."), error.problems
            )
        row = versions.add(
            session,
            imported.body,
            tool.clock(),
            course_id=author.course_id,
            issuer_id=author.issuer_id,
            by=author.actor,
            what="imported",
            own_picture=imported.picture,
        )
        return step_page(author, row, notes=imported.notes, unready=unready_fields(row))


@pages.post(f"{_VERSION_ROUTE}/export")
def export(template_id: UUID, version: int) -> Response:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = readable_version(session, author, template_id, version)
        response = Response(files.export_json(row), mimetype="application/json")
        data = {"version": row.version}
        record_export(session, "template", "template", row.template_id, tool.clock(), author.actor, data)
    name = f"template-{str(template_id)[:8]}-{version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post(f"{_VERSION_ROUTE}/copy")
def copy(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        source = readable_version(session, author, template_id, version)
        row = versions.copy(
            session,
            source,
            tool.clock(),
            course_id=author.course_id,
            issuer_id=author.issuer_id,
            by=author.actor,
        )
        return step_page(author, row)


@pages.post(f"{_VERSION_ROUTE}/next")
def next_version(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = versions.next_version(
            session, locked_version(session, author, template_id, version), tool.clock(), author.actor
        )
        return step_page(author, row)


@pages.post(f"{_VERSION_ROUTE}/retire")
def retire(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        versions.retire(locked_version(session, author, template_id, version), tool.clock(), author.actor)
        return _list_page(session, author)


@pages.post(f"{_VERSION_ROUTE}/discard")
def delete_draft(template_id: UUID, version: int) -> str:
    author = current_author()
    tool = current_tool()
    with tool.store.begin() as session:
        row = locked_version(session, author, template_id, version)
        versions.delete_draft(session, row, tool.clock(), author.actor)
        session.flush()
        return _list_page(session, author)


def _list_page(
    session: Session, author: Author, error: str = "", problems: Sequence[tuple[str, str]] = ()
) -> str:
    rows = queries.templates.templates_of_course(session, author.course_id, author.issuer_id)
    others: Sequence[TemplateVersion] = ()
    if author.registration_id is not None:
        others = [
            row
            for row in queries.templates.published_templates(
                session, author.registration_id, author.course_id
            )
            if row.course_id != author.course_id
        ]
    return render_template(
        "editor/list.html",
        author=author,
        groups=[list(group) for _id, group in groupby(rows, key=lambda row: row.template_id)],
        others=others,
        mark_address=mark_address,
        approvals={
            row.id: approval_requests.newest_request(row, page_issuer().profile)
            for row in rows
            if row.status == "draft"
        },
        error=error,
        problems=problems,
        problem_sentence=partial(problem_sentence, issuer=page_issuer().profile),
        change_label=change_label,
        field_labels=lambda names: ", ".join(str(label) for label in field_labels(names)),
    )


def _new_template(author: Author) -> Json:
    """A template with the course's title, the page's language, and the issuer's quality assurance."""
    tool = current_tool()
    language = page_language()
    template = Template(
        name={language: _badge_title(author.course_title)},
        in_language=language,
        types_of_quality_assurance=page_issuer().profile.accreditations,
        review_date=page_issuer().profile.day_of(tool.clock() + timedelta(days=365)),
    )
    return template_as_json(template)


def _badge_title(course_title: str) -> str:
    """The course's title, where it can be the title of a badge."""
    title = " ".join(course_title.split())
    try:
        read_template({"name": {"en": title}})
    except TemplateError:
        return _("New badge")
    return title
