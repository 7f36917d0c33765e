"""Queries for templates and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Approval, Course, TemplateVersion
from lti_tool.store.queries.common import FOR_UPDATE, is_possible_id


def published_templates(session: Session, registration_id: int) -> Sequence[TemplateVersion]:
    """The newest published version of each template that the platform's courses may use, sorted by name."""
    newest = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.version).label("version"))
        .where(TemplateVersion.status == "published", _for_courses_of(registration_id))
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    query = (
        select(TemplateVersion)
        .join(
            newest,
            (TemplateVersion.template_id == newest.c.template_id)
            & (TemplateVersion.version == newest.c.version),
        )
        .order_by(TemplateVersion.name)
    )
    return session.scalars(query).all()


def published_template(session: Session, template_id: str, registration_id: int) -> TemplateVersion | None:
    """The newest published version of a template that the platform's courses may use."""
    return session.scalar(
        select(TemplateVersion)
        .where(
            TemplateVersion.template_id == template_id,
            TemplateVersion.status == "published",
            _for_courses_of(registration_id),
        )
        .order_by(TemplateVersion.version.desc())
        .limit(1)
    )


def newer_version(session: Session, awarded: TemplateVersion, registration_id: int) -> TemplateVersion | None:
    """The newest published version of a template, where a rule still awards an older one."""
    newest = published_template(session, awarded.template_id, registration_id)
    return newest if newest and newest.version > awarded.version else None


def _for_courses_of(registration_id: int) -> ColumnElement[bool]:
    """The institution's own templates, and those that teachers of this platform have written."""
    theirs = select(Course.id).where(Course.registration_id == registration_id)
    return TemplateVersion.course_id.is_(None) | TemplateVersion.course_id.in_(theirs)


def templates_of_course(session: Session, course_id: int | None) -> Sequence[TemplateVersion]:
    """All versions of the templates of a course, or of the institution (None): by name, newest version first."""
    query = select(TemplateVersion).where(TemplateVersion.course_id == course_id)
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version.desc())
    return session.scalars(query.order_by(*order)).all()


def template_version(session: Session, template_id: str, version: int) -> TemplateVersion | None:
    """That version, whatever its status."""
    if not is_possible_id(version):
        return None
    return session.scalar(
        select(TemplateVersion).where(
            TemplateVersion.template_id == template_id, TemplateVersion.version == version
        )
    )


def lock_template(session: Session, row: TemplateVersion) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it."""
    session.refresh(row, with_for_update=FOR_UPDATE)


def newest_version(session: Session, template_id: str) -> int:
    """The highest version number of the template, drafts included; 0 where there is none yet."""
    newest = select(func.max(TemplateVersion.version)).where(TemplateVersion.template_id == template_id)
    return session.scalar(newest) or 0


def find_template(session: Session, beginning: str, version: int | None) -> TemplateVersion | None:
    """A version of the template whose id begins with `beginning`; the newest where none is named."""
    query = select(TemplateVersion).where(TemplateVersion.template_id.startswith(beginning))
    if version is not None:
        query = query.where(TemplateVersion.version == version)
    return session.scalar(query.order_by(TemplateVersion.version.desc()).limit(1))


def template_versions(session: Session) -> Sequence[TemplateVersion]:
    """All versions of all templates: by name, oldest version first."""
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version)
    return session.scalars(select(TemplateVersion).order_by(*order)).all()


def approval_by_code(session: Session, code_hash: str) -> Approval | None:
    """The approval whose link has a code with this SHA-256."""
    return session.scalar(select(Approval).where(Approval.code_hash == code_hash))


def waiting_templates(session: Session) -> Sequence[TemplateVersion]:
    """The drafts about which somebody is asked, the one that waits longest first."""
    first = (
        select(Approval.template_version_id, func.min(Approval.asked_at).label("asked_at"))
        .where(Approval.status == "open")
        .group_by(Approval.template_version_id)
        .subquery()
    )
    query = select(TemplateVersion).join(first, first.c.template_version_id == TemplateVersion.id)
    return session.scalars(query.order_by(first.c.asked_at, TemplateVersion.id)).all()


def templates_with_ended_links(session: Session, now: datetime) -> Sequence[TemplateVersion]:
    """The drafts about which an approver was asked who has not answered in time."""
    ended = select(Approval.template_version_id).where(Approval.status == "open", Approval.ends_at <= now)
    return session.scalars(
        select(TemplateVersion).where(TemplateVersion.id.in_(ended)).order_by(TemplateVersion.id)
    ).all()
