"""Who sits at the editor, and whose templates they may touch.

A teacher writes the templates of their own course, may copy and place what the institution or a colleague on the same
platform has published, and sees nobody else's drafts. The institution itself comes by a one-time address that its
command line prints, and may write every template.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import request

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.people import operator_sessions
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.headers import NOBODY, framed_by
from lti_tool.web.visits import FIELD, HEADER, Visit, resume


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """`course_id` is None for the institution. `by` is the person's row of the store, where there is one."""

    token: str
    course_id: int | None
    course_title: str
    registration_id: int | None
    by: int | None
    placing: bool


def current_author() -> Author:
    """The author of the request's token; raises LaunchError where its time is over, NotAllowedError for learners."""
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if operator_sessions.is_operator_session(current_tool().expiring_values, token):
        framed_by(NOBODY)
        return operator_author(token)
    return author_of(resume())


def operator_author(token: str) -> Author:
    return Author(token=token, course_id=None, course_title="", registration_id=None, by=None, placing=False)


def author_of(visit: Visit) -> Author:
    if visit.course_id is None or not may_write(visit):
        raise NotAllowedError("templates are written by teachers of a course")
    return Author(
        token=visit.token,
        course_id=visit.course_id,
        course_title=visit.course_title,
        registration_id=visit.registration.id,
        by=visit.learner_id,
        placing=visit.deep_linking is not None,
    )


def may_write(visit: Visit) -> bool:
    """A teacher of the course; or who may place a link in it, as an administrator may, and no learner."""
    return visit.course_id is not None and (
        visit.is_teacher or (visit.deep_linking is not None and not visit.is_learner)
    )


def own(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """A version that this author may change; any other is not there for it."""
    row = queries.templates.template_version(session, str(template_id), version)
    if row is None or (author.course_id is not None and row.course_id != author.course_id):
        raise NotFoundError("there is no such template here")
    return row


def locked(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """As `own`, and nobody else changes it at the same time: it may be published at this moment."""
    row = own(session, author, template_id, version)
    queries.templates.lock_template(session, row)
    return row


def readable(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """A version that this author may read and copy: its own, and what its platform's courses may use."""
    row = queries.templates.template_version(session, str(template_id), version)
    if row is not None and row.status != "draft" and _shared(row, author):
        return row
    return own(session, author, template_id, version)


def _shared(row: TemplateVersion, author: Author) -> bool:
    return row.course is None or row.course.registration_id == author.registration_id
