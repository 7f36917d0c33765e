"""Queries for the public catalogue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, load_only

from lti_tool.store.models import CatalogueEntry, TemplateVersion


def entry(session: Session, template_id: str) -> CatalogueEntry | None:
    """The entry of a template; None where its issuer has not put it into the catalogue."""
    return session.scalar(select(CatalogueEntry).where(CatalogueEntry.template_id == template_id))


class Listed(NamedTuple):
    """The newest published version of a template in the catalogue, by the id of its row, and since when it is there."""

    version_id: int
    issuer_id: str
    listed_at: datetime


def listed(session: Session) -> Sequence[Listed]:
    """What is in the catalogue. An entry counts for its issuer's own templates alone."""
    version, later = aliased(TemplateVersion), aliased(TemplateVersion)
    query = (
        select(version.id, version.issuer_id, CatalogueEntry.listed_at)
        .join(CatalogueEntry, CatalogueEntry.template_id == version.template_id)
        .where(
            version.issuer_id == CatalogueEntry.issuer_id,
            version.status == "published",
            ~exists().where(
                later.template_id == version.template_id,
                later.version > version.version,
                later.status == "published",
            ),
        )
    )
    return [Listed(*row) for row in session.execute(query)]


def versions_without_pictures(session: Session, version_ids: Collection[int]) -> Sequence[TemplateVersion]:
    """The versions with these ids; their pictures are read only where somebody asks for them."""
    needed = load_only(
        TemplateVersion.issuer_id,
        TemplateVersion.template_id,
        TemplateVersion.version,
        TemplateVersion.body,
        TemplateVersion.published_at,
    )
    query = select(TemplateVersion).options(needed).where(TemplateVersion.id.in_(version_ids))
    return session.scalars(query).all()


def entries_of(session: Session, issuer_id: str) -> Sequence[CatalogueEntry]:
    """What the issuer has put into the catalogue."""
    return session.scalars(select(CatalogueEntry).where(CatalogueEntry.issuer_id == issuer_id)).all()


def newest_published(session: Session, issuer_id: str) -> Sequence[TemplateVersion]:
    """The newest published version of each template of an issuer and of its courses, by name."""
    newest = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.version).label("version"))
        .where(TemplateVersion.issuer_id == issuer_id, TemplateVersion.status == "published")
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    query = select(TemplateVersion).join(
        newest,
        (TemplateVersion.template_id == newest.c.template_id) & (TemplateVersion.version == newest.c.version),
    )
    return session.scalars(query.order_by(TemplateVersion.name, TemplateVersion.id)).all()
