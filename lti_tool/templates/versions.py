"""The life of a template version: draft, published, retired.

A published version never changes, because credentials name it; a change means a new version. Every step is an event and
an entry of the history, which names the person; without one it was the institution, by its operator or a command.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from badges.artwork import template_drawing, template_picture
from badges.claims import check_claims
from badges.errors import MissingElementsError, QualityError, TemplateError
from badges.eu import elements
from badges.issuer import IssuerProfile
from badges.pictures import OwnPicture
from badges.quality.evaluation import failed_rules
from badges.rebuilt_svg import with_title
from badges.template.model import Template, read_template, template_as_json, text_in
from badges.template.wording import unready
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.review_dates.standing import is_next_version_stopped
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import Course, TemplateChange, TemplateVersion
from lti_tool.templates import approval_requests
from lti_tool.templates.issuer_logos import logo_for
from lti_tool.templates.seen_facts import seen_facts
from lti_tool.values import Json

#: Edits by one person, each within this time of the last, are one entry of the history. The editor saves while somebody
#: types, so they are one event in this time too.
EDIT_SESSION = timedelta(hours=1)


def add(
    session: Session,
    data: Json,
    now: datetime,
    template_id: str | None = None,
    *,
    course_id: int | None = None,
    issuer_id: str | None = None,
    by: Actor = TOOL,
    what: str = "begun",
    own_picture: OwnPicture | None = None,
) -> TemplateVersion:
    """A draft with the content of `data`: version 1 of a new template, or the next version of `template_id`.

    Days to come are refused where data is read from a file or a form, not here: the issuer's day is known there. Its
    picture is `own_picture`, else one is drawn when it is published. `what` is its first entry of the history.
    It belongs to the issuer of the template, else of the course, else to `issuer_id`, else to that of ISSUER_FILE.
    Raises badges.errors.TemplateError with every problem.
    """
    template = read_template(data)
    template_id = template_id or str(uuid4())
    number = queries.templates.newest_version(session, template_id)
    newest = queries.templates.template_version(session, template_id, number)
    row = TemplateVersion(
        template_id=template_id,
        version=number + 1,
        issuer_id=newest.issuer_id if newest is not None else _owner(session, course_id, issuer_id),
        status="draft",
        name=text_in(template.name, template.in_language),
        body=template_as_json(template),
        picture=own_picture.png if own_picture else b"",
        drawing=own_picture.svg if own_picture else b"",
        own_picture=own_picture is not None,
        course_id=course_id,
        created_at=now,
    )
    session.add(row)
    _record(row, what, now, by)
    session.flush()
    return row


def _owner(session: Session, course_id: int | None, issuer_id: str | None) -> str:
    if course_id is not None:
        return session.get_one(Course, course_id).registration.issuer_id
    return issuer_id or queries.issuers.first_issuer_id(session)


def save_draft(row: TemplateVersion, data: Json, now: datetime, by: Actor = TOOL) -> None:
    """Replaces the content of a draft by `data`.

    Raises badges.errors.TemplateError with every problem, NotAllowedError where the version is not a draft.
    """
    _check_draft(row)
    template = read_template(data)
    body = template_as_json(template)
    changed = sorted(name for name in {*body, *row.body} if body.get(name) != row.body.get(name))
    if changed:
        row.name, row.body = text_in(template.name, template.in_language), body
        _record(row, "edited", now, by, changed)


def set_picture(row: TemplateVersion, picture: OwnPicture | None, now: datetime, by: Actor = TOOL) -> None:
    """Gives a draft its own picture, or with None one that is drawn when it is published.

    Raises NotAllowedError where the version is not a draft.
    """
    _check_draft(row)
    row.own_picture = picture is not None
    row.picture, row.drawing = (picture.png, picture.svg) if picture else (b"", b"")
    _record(row, "edited", now, by, ["picture"])


def own_picture_of(row: TemplateVersion) -> OwnPicture | None:
    """The picture that was uploaded for the version; None where it is drawn."""
    return OwnPicture(png=row.picture, svg=row.drawing) if row.own_picture else None


def copy(
    session: Session,
    row: TemplateVersion,
    now: datetime,
    *,
    course_id: int | None = None,
    issuer_id: str | None = None,
    by: Actor = TOOL,
) -> TemplateVersion:
    """A draft of a new template with the same content, which belongs to the course, or to the issuer."""
    return add(
        session,
        row.body,
        now,
        course_id=course_id,
        issuer_id=issuer_id,
        by=by,
        what="copied",
        own_picture=own_picture_of(row),
    )


def next_version(session: Session, row: TemplateVersion, now: datetime, by: Actor = TOOL) -> TemplateVersion:
    """The draft after the newest version of the row's template: the existing one, or a new one with the row's content.

    Raises NotFoundError where the template has been deleted.
    """
    newest = find(session, row.template_id)
    if newest.status == "draft":
        return newest
    return add(
        session,
        row.body,
        now,
        row.template_id,
        course_id=row.course_id,
        by=by,
        own_picture=own_picture_of(row),
    )


def check_publishable(row: TemplateVersion, issuer: IssuerProfile, now: datetime) -> Template:
    """The template, where it can be published now.

    Raises ClaimError where it claims more than the issuer's settings allow, MissingElementsError with the mandatory
    elements that it lacks, TemplateError where it says too little to mean anything, its review has passed, or `stopped`
    says so, QualityError where it does not meet a framework that the institution demands.
    """
    template = read_template(row.body)
    check_claims(template, issuer)
    today = issuer.day_of(now)
    missing = elements.missing(template, issuer, today)
    if missing:
        raise MissingElementsError(missing)
    problems = (*unready(template, today), *stopped(row, issuer, today))
    if problems:
        raise TemplateError(problems)
    seen = seen_facts(row, template, issuer, today)
    failings = tuple(
        (code, rule) for code in issuer.demands for rule in failed_rules(code, template, issuer, today, seen)
    )
    if failings:
        raise QualityError(failings)
    return template


def stopped(row: TemplateVersion, issuer: IssuerProfile, today: date) -> tuple[tuple[str, str], ...]:
    """Why the draft is no next version now, as problems of TemplateError: the review of the last one is overdue."""
    session = events.session_of(row)
    is_stopped = row.status == "draft" and is_next_version_stopped(session, row.template_id, issuer, today)
    return (("/review_date", "review_overdue"),) if is_stopped else ()


def publish(row: TemplateVersion, issuer: IssuerProfile, now: datetime, by: Actor = TOOL) -> None:
    """Publishes a draft: from now on courses can use it. A version that is no draft stays as it is.

    Raises what `check_publishable` does.
    """
    template = check_publishable(row, issuer, now)
    if row.status == "draft":
        if row.own_picture:
            row.drawing = with_title(row.drawing, row.name) if row.drawing else b""
        else:
            name, language, logo = issuer.name, template.in_language, logo_for(row, template)
            row.picture = template_picture(template, name, language, logo=logo)
            row.drawing = template_drawing(template, name, language, logo)
        row.status, row.published_at = "published", now
        approval_requests.end_by_publishing(events.session_of(row), row, now, by)
        _record(row, "published", now, by)


def retire(row: TemplateVersion, now: datetime, by: Actor = TOOL) -> None:
    """Retires a published version: no further course can use it. Its credentials stay valid, its URL keeps answering.

    Raises NotAllowedError for a draft, which nothing uses yet.
    """
    if row.status == "draft":
        raise NotAllowedError("a draft is not in use: there is nothing to retire")
    if row.status == "published":
        row.status = "retired"
        _record(row, "retired", now, by)


def delete_draft(session: Session, row: TemplateVersion, now: datetime, by: Actor = TOOL) -> None:
    """Deletes a draft. Raises NotAllowedError for a version that has been published."""
    _check_draft(row)
    data = {"version": row.version}
    events.record(session, "template_deleted", "template", row.template_id, now, actor=by, data=data)
    session.delete(row)


def find(session: Session, template_id: str, version: int | None = None) -> TemplateVersion:
    """A version of a template, the newest where none is named. Raises NotFoundError.

    `template_id` may be only the beginning of the id, as commands accept it.
    """
    row = queries.templates.find_template(session, template_id, version)
    if row is None:
        raise NotFoundError(f"there is no template {template_id}")
    return row


def find_locked(session: Session, template_id: str, version: int | None = None) -> TemplateVersion:
    """As `find`, with the row locked: no other transaction can change or publish the version until this one ends."""
    row = find(session, template_id, version)
    queries.templates.lock_template(session, row)
    return row


def _check_draft(row: TemplateVersion) -> None:
    if row.status != "draft":
        raise NotAllowedError("a version that was published never changes")


def _record(
    row: TemplateVersion, what: str, now: datetime, by: Actor, fields: list[str] | None = None
) -> None:
    session = events.session_of(row)
    if what != "edited" or not _is_editing(session, row, now, by):
        data = {"version": row.version}
        events.record(session, f"template_{what}", "template", row.template_id, now, actor=by, data=data)
    last = row.changes[-1] if row.changes else None
    same_edit = what == "edited" and last and (last.what, last.person_id) == (what, by.person_id)
    if last and same_edit and now - last.at < EDIT_SESSION:
        last.fields, last.at = sorted({*last.fields, *(fields or ())}), now
    else:
        row.changes.append(TemplateChange(what=what, fields=fields or [], person_id=by.person_id, at=now))
    if what == "edited":
        approval_requests.void_if_changed(session, row, now, by)


def _is_editing(session: Session, row: TemplateVersion, now: datetime, by: Actor) -> bool:
    """Whether an edit of this version by them is recorded already, within EDIT_SESSION."""
    edits = queries.events.events(
        session,
        about=f"template:{row.template_id}",
        actor=by.name,
        what="template_edited",
        since=now - EDIT_SESSION,
    )
    return any(edit.data["version"] == row.version for edit in edits)
