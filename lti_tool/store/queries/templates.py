"""Queries for templates and their versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lti_tool.store.models import (
    Approval,
    Course,
    IssuerPermission,
    RegistrationRow,
    TemplateVersion,
)
from lti_tool.store.queries.common import FOR_UPDATE, is_possible_id
from lti_tool.store.queries.issuers import covers


def published_templates(
    session: Session, registration_id: int, course_id: int | None = None
) -> Sequence[TemplateVersion]:
    """The newest published version of each template that the platform's course may use, sorted by name.

    Without a course, those that all courses of the platform may use.
    """
    return _newest_published(session, _may_use(registration_id, course_id))


def institutional_templates(session: Session, issuer_id: str | None = None) -> Sequence[TemplateVersion]:
    """The newest published version of each template that the issuer, and no course, has; sorted by name.

    Without an issuer, those of all.
    """
    chosen = [TemplateVersion.issuer_id == issuer_id] if issuer_id is not None else []
    return _newest_published(session, and_(TemplateVersion.course_id.is_(None), *chosen))


def institutional_template(session: Session, template_id: str) -> TemplateVersion | None:
    """As `institutional_templates`, of one template of any issuer."""
    chosen = TemplateVersion.course_id.is_(None) & (TemplateVersion.template_id == template_id)
    return next(iter(_newest_published(session, chosen)), None)


def newest_published(session: Session, template_id: str) -> TemplateVersion | None:
    """The newest published version of the template, whoever has written it."""
    return next(iter(_newest_published(session, TemplateVersion.template_id == template_id)), None)


def _newest_published(session: Session, chosen: ColumnElement[bool]) -> Sequence[TemplateVersion]:
    newest = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.version).label("version"))
        .where(TemplateVersion.status == "published", chosen)
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


def published_template(
    session: Session, template_id: str, registration_id: int, course_id: int | None = None
) -> TemplateVersion | None:
    """As `published_templates`, of one template."""
    values = {"template_id": template_id, "registration_id": registration_id, "course_id": course_id}
    return session.scalar(_published(), values)


@cache
def _published() -> Select[TemplateVersion]:
    """Made once: every teacher's page asks twice for each of its badges."""
    query = select(TemplateVersion).where(
        TemplateVersion.template_id == bindparam("template_id"),
        TemplateVersion.status == "published",
        _may_use(bindparam("registration_id"), bindparam("course_id")),
    )
    return query.order_by(TemplateVersion.version.desc()).limit(1)


def newer_version(
    session: Session, awarded: TemplateVersion, registration_id: int, course_id: int | None = None
) -> TemplateVersion | None:
    """The newest published version of a template, where a rule of the course still awards an older one."""
    newest = published_template(session, awarded.template_id, registration_id, course_id)
    return newest if newest and newest.version > awarded.version else None


def may_use(session: Session, row: TemplateVersion, registration_id: int, course_id: int | None) -> bool:
    """Whether a course of the platform may use the template, once it is published."""
    query = select(TemplateVersion.id).where(
        TemplateVersion.id == row.id, _may_use(registration_id, course_id)
    )
    return session.scalar(query) is not None


def _may_use(
    registration_id: int | BindParameter[int], course_id: int | BindParameter[int] | None
) -> ColumnElement[bool]:
    """The templates of the platform's issuer: the institution's, and those that teachers of this platform have written.

    And the institutional ones of another issuer, where an operator has permitted that.
    """
    issuer = select(RegistrationRow.issuer_id).where(RegistrationRow.id == registration_id)
    theirs = select(Course.id).where(Course.registration_id == registration_id)
    permitted = select(IssuerPermission.issuer_id).where(covers(registration_id, course_id))
    is_institutional = TemplateVersion.course_id.is_(None)
    of_platform = TemplateVersion.issuer_id.in_(issuer) & (
        is_institutional | TemplateVersion.course_id.in_(theirs)
    )
    return of_platform | (TemplateVersion.issuer_id.in_(permitted) & is_institutional)


def templates_of_course(session: Session, course_id: int | None, issuer_id: str) -> Sequence[TemplateVersion]:
    """All versions of the templates of an issuer's course, or of the issuer itself (None): by name, newest first."""
    query = select(TemplateVersion).where(
        TemplateVersion.course_id == course_id, TemplateVersion.issuer_id == issuer_id
    )
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version.desc())
    return session.scalars(query.order_by(*order)).all()


def templates_of_issuer(session: Session, template_ids: Collection[str], issuer_id: str) -> frozenset[str]:
    """Those of the templates, by id, that the issuer has published, even if they are retired by now."""
    query = select(TemplateVersion.template_id).where(
        TemplateVersion.template_id.in_(template_ids),
        TemplateVersion.issuer_id == issuer_id,
        TemplateVersion.published_at.is_not(None),
    )
    return frozenset(session.scalars(query.distinct()))


def versions_by_id(session: Session, version_ids: Collection[int]) -> Sequence[TemplateVersion]:
    """The versions with these ids."""
    return session.scalars(select(TemplateVersion).where(TemplateVersion.id.in_(version_ids))).all()


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


def newest_released(session: Session, template_id: str) -> TemplateVersion | None:
    """The newest version of a template that is no draft; None where there is none."""
    query = (
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id, TemplateVersion.status != "draft")
        .order_by(TemplateVersion.version.desc())
        .limit(1)
    )
    return session.scalar(query)


def find_template(session: Session, beginning: str, version: int | None) -> TemplateVersion | None:
    """A version of the template whose id begins with `beginning`; the newest where none is named."""
    query = select(TemplateVersion).where(TemplateVersion.template_id.startswith(beginning))
    if version is not None:
        query = query.where(TemplateVersion.version == version)
    return session.scalar(query.order_by(TemplateVersion.version.desc()).limit(1))


def template_versions(session: Session, issuer_id: str | None = None) -> Sequence[TemplateVersion]:
    """All versions of all templates, or of those of an issuer: by name, oldest version first."""
    query = select(TemplateVersion)
    if issuer_id is not None:
        query = query.where(TemplateVersion.issuer_id == issuer_id)
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version)
    return session.scalars(query.order_by(*order)).all()


def versions_with_approvals(session: Session, issuer_id: str) -> Sequence[TemplateVersion]:
    """All versions of the templates of an issuer and of its courses, by name, newest version first.

    In as many statements whatever their number: with what was asked about them, and their courses.
    """
    query = select(TemplateVersion).where(TemplateVersion.issuer_id == issuer_id)
    query = query.options(selectinload(TemplateVersion.approvals), joinedload(TemplateVersion.course))
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version.desc())
    return session.scalars(query.order_by(*order)).all()


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
