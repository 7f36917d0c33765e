"""The person at the editor, and whose templates they may read and change.

A teacher writes the templates of their own course, may copy and place what the institution or a colleague on the same
platform has published, and sees nobody else's drafts. The operator comes by a one-time address that the command line
prints, or from the pages of operators, and may write every template of one issuer. Nobody sees the templates of another
issuer, unless an operator has permitted the course to award them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lti_tool.errors import NoAuthorError, NotFoundError
from lti_tool.people import operator_sessions
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import TemplateVersion
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.headers import NO_ORIGIN, allow_framing_by
from lti_tool.web.operator.visits import EditorRights, check_editor
from lti_tool.web.page_issuer import page_issuer, set_page_issuer
from lti_tool.web.visits import Visit, current_visit, page_token, set_current_actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes. `course_id` is None for the operator.

    `actor` is who events and the history of a template name. `is_placing_link`: the
    platform waits for a link, so that a published badge can be placed at once. `may_approve`: what they publish needs
    nobody's approval, as that of an operator who gives it.
    """

    token: str
    course_id: int | None
    course_title: str
    registration_id: int | None
    issuer_id: str
    actor: Actor
    is_placing_link: bool
    may_approve: bool


def current_author() -> Author:
    """The author of the request's token, of a launch or of an operator session. Sets the framing of the page.

    Raises LaunchError `session_over` where the session has ended, NoAuthorError for whoever may not write templates,
    and what `check_editor` does.
    """
    token = page_token()
    operator = operator_sessions.operator_of(current_tool().expiring_values, token)
    if operator is not None:
        allow_framing_by(NO_ORIGIN)
        rights = check_editor(operator, operator_sessions.issuer_of(current_tool().expiring_values, token))
        rate_limits.count_page(token)
        return operator_author(token, operator, rights)
    return author_of(current_visit())


def operator_author(token: str, actor: Actor, rights: EditorRights) -> Author:
    """The operator with a session of that token, and with those rights."""
    set_current_actor(actor)
    make_page_of(operator_sessions.issuer_of(current_tool().expiring_values, token))
    return Author(
        token=token,
        course_id=None,
        course_title="",
        registration_id=None,
        issuer_id=page_issuer().id,
        actor=actor,
        is_placing_link=False,
        may_approve=rights.may_approve,
    )


def make_page_of(issuer_id: str) -> None:
    """Makes the page one of the issuer with that key; of the first one where it is empty."""
    if issuer_id:
        tool = current_tool()
        with tool.store.read() as session:
            set_page_issuer(tool.issuers.of(session, issuer_id))


def author_of(visit: Visit) -> Author:
    """The author of a visit; raises NoAuthorError where the person may not write templates, or there is no course."""
    if visit.course_id is None or not may_write_templates(visit):
        raise NoAuthorError("templates are written by those who teach, write or administer a course")
    return Author(
        token=visit.token,
        course_id=visit.course_id,
        course_title=visit.course_title,
        registration_id=visit.registration.id,
        issuer_id=page_issuer().id,
        actor=visit.actor,
        is_placing_link=visit.deep_linking is not None,
        may_approve=False,
    )


def may_write_templates(visit: Visit) -> bool:
    """Whether the person may write the templates of the course from which they come."""
    return visit.course_id is not None and visit.may_write_templates


def own_version(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """A version that this author may change; raises NotFoundError for any other."""
    row = queries.templates.template_version(session, str(template_id), version)
    if (
        row is None
        or row.issuer_id != author.issuer_id
        or (author.course_id is not None and row.course_id != author.course_id)
    ):
        raise NotFoundError("there is no such template here")
    return row


def locked_version(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """As `own_version`, locked until the transaction ends; raises NotFoundError as it does.

    Without the lock a draft could be published by one request while another is still writing to it.
    """
    row = own_version(session, author, template_id, version)
    queries.templates.lock_template(session, row)
    return row


def readable_version(session: Session, author: Author, template_id: UUID, version: int) -> TemplateVersion:
    """A version that this author may read and copy: their own, or a published one that their platform may use.

    Raises NotFoundError for any other.
    """
    row = queries.templates.template_version(session, str(template_id), version)
    if row is not None and row.status != "draft" and _is_shared_with(session, row, author):
        return row
    return own_version(session, author, template_id, version)


def _is_shared_with(session: Session, row: TemplateVersion, author: Author) -> bool:
    if author.registration_id is None:
        return row.course is None and row.issuer_id == author.issuer_id
    return queries.templates.may_use(session, row, author.registration_id, author.course_id)
