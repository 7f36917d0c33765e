"""Templates and their life: a draft is written, published when nothing mandatory is missing, at last retired.

A published version is never written again: who wants it otherwise begins the next version. Whatever is done is kept
with who did it, `by`, a learner's row of the store; without one it was the institution itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from badges.artwork import template_picture
from badges.errors import MissingElementsError, QualityError
from badges.eu import elements
from badges.issuer import IssuerProfile
from badges.quality.evaluation import failed_rules
from badges.template.model import read_template, template_as_json, text_in
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateChange, TemplateVersion
from lti_tool.values import Json

#: Edits of one person that follow one another this closely are one entry of the history.
ONE_SITTING = timedelta(hours=1)


def add(
    session: Session,
    data: Json,
    now: datetime,
    template_id: str | None = None,
    *,
    course_id: int | None = None,
    by: int | None = None,
    what: str = "begun",
    own_picture: bytes | None = None,
) -> TemplateVersion:
    """A draft of what `data` describes: version 1 of a new template, or the next version of `template_id`.

    Its picture is `own_picture`, else drawn when it is published. Raises badges.errors.TemplateError with every
    problem.
    """
    template = read_template(data, now.date())
    template_id = template_id or str(uuid4())
    row = TemplateVersion(
        template_id=template_id,
        version=queries.templates.newest_version(session, template_id) + 1,
        status="draft",
        name=text_in(template.name, template.in_language),
        body=template_as_json(template),
        picture=own_picture or b"",
        own_picture=own_picture is not None,
        course_id=course_id,
        created_at=now,
    )
    session.add(row)
    _note(row, what, now, by)
    session.flush()
    return row


def save_draft(row: TemplateVersion, data: Json, now: datetime, by: int | None = None) -> None:
    """The draft now says what `data` describes.

    Raises badges.errors.TemplateError with every problem, NotAllowedError where the version is no draft.
    """
    _demand_draft(row)
    template = read_template(data, now.date())
    body = template_as_json(template)
    changed = sorted(name for name in {*body, *row.body} if body.get(name) != row.body.get(name))
    if changed:
        row.name, row.body = text_in(template.name, template.in_language), body
        _note(row, "edited", now, by, changed)


def set_picture(row: TemplateVersion, png: bytes | None, now: datetime, by: int | None = None) -> None:
    """The draft has this picture, or without one the picture that is drawn from its words."""
    _demand_draft(row)
    row.own_picture, row.picture = png is not None, png or b""
    _note(row, "edited", now, by, ["picture"])


def copy(
    session: Session,
    row: TemplateVersion,
    now: datetime,
    *,
    course_id: int | None = None,
    by: int | None = None,
) -> TemplateVersion:
    """A draft of a new template that says the same; it belongs to `course_id`."""
    own = row.picture if row.own_picture else None
    return add(session, row.body, now, course_id=course_id, by=by, what="copied", own_picture=own)


def next_version(
    session: Session, row: TemplateVersion, now: datetime, by: int | None = None
) -> TemplateVersion:
    """The draft that follows the newest version of the row's template: the one there is, or a new one."""
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
        own_picture=row.picture if row.own_picture else None,
    )


def publish(row: TemplateVersion, issuer: IssuerProfile, now: datetime, by: int | None = None) -> None:
    """From now on the version can be placed in courses.

    Raises MissingElementsError naming the elements it lacks, QualityError where a framework that the institution
    demands beyond them is not met.
    """
    template = read_template(row.body)
    missing = elements.missing(template, issuer, now.date())
    if missing:
        raise MissingElementsError(missing)
    failings = tuple(
        (code, rule) for code in issuer.demands for rule in failed_rules(code, template, issuer, now.date())
    )
    if failings:
        raise QualityError(failings)
    if row.status == "draft":
        if not row.own_picture:
            row.picture = template_picture(template, issuer.name, template.in_language)
        row.status, row.published_at = "published", now
        _note(row, "published", now, by)


def retire(row: TemplateVersion, now: datetime, by: int | None = None) -> None:
    """It can be placed no more; what was awarded with it stays, and its address keeps answering.

    Raises NotAllowedError for a draft, which nobody was given yet.
    """
    if row.status == "draft":
        raise NotAllowedError("a draft is not in use: there is nothing to retire")
    if row.status == "published":
        row.status = "retired"
        _note(row, "retired", now, by)


def delete_draft(session: Session, row: TemplateVersion) -> None:
    """The draft is gone. Raises NotAllowedError for what was published once."""
    _demand_draft(row)
    session.delete(row)


def find(session: Session, template_id: str, version: int | None = None) -> TemplateVersion:
    """A version of a template, the newest where none is named; `template_id` may be its first characters."""
    row = queries.templates.find_template(session, template_id, version)
    if row is None:
        raise NotFoundError(f"there is no template {template_id}")
    return row


def find_locked(session: Session, template_id: str, version: int | None = None) -> TemplateVersion:
    """As `find`, and nobody else changes the version until this transaction ends."""
    row = find(session, template_id, version)
    queries.templates.lock_template(session, row)
    return row


def _demand_draft(row: TemplateVersion) -> None:
    if row.status != "draft":
        raise NotAllowedError("a version that was published never changes")


def _note(
    row: TemplateVersion, what: str, now: datetime, by: int | None, fields: list[str] | None = None
) -> None:
    last = row.changes[-1] if row.changes else None
    if (
        what == "edited"
        and last
        and (last.what, last.learner_id) == (what, by)
        and now - last.at < ONE_SITTING
    ):
        last.fields, last.at = sorted({*last.fields, *(fields or ())}), now
    else:
        row.changes.append(TemplateChange(what=what, fields=fields or [], learner_id=by, at=now))
