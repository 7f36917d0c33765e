"""Templates on their way to being awarded: added as drafts, published when nothing mandatory is missing, retired."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from badges import eu
from badges.artwork import picture
from badges.errors import MissingElementsError, QualityError
from badges.issuer import IssuerProfile
from badges.quality.judging import unmet
from badges.template import Level, Template, read_template, template_as_json, text_in
from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json


def add(
    session: Session, data: Json, issuer: IssuerProfile, now: datetime, template_id: str | None = None
) -> TemplateVersion:
    """A draft of what `data` describes: version 1 of a new template, or the next version of `template_id`.

    Raises badges.errors.TemplateError with every problem.
    """
    template = read_template(data)
    template_id = template_id or str(uuid4())
    row = TemplateVersion(
        template_id=template_id,
        version=queries.newest_version(session, template_id) + 1,
        status="draft",
        name=text_in(template.name, template.in_language),
        body=template_as_json(template),
        picture=_picture(template, issuer),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def publish(row: TemplateVersion, issuer: IssuerProfile, now: datetime) -> None:
    """From now on the version can be placed in courses.

    Raises MissingElementsError naming the elements it lacks, QualityError where a framework that the institution
    demands beyond them is not met.
    """
    template = read_template(row.body)
    missing = eu.missing(template, issuer)
    if missing:
        raise MissingElementsError(missing)
    failings = tuple((code, rule) for code in issuer.demands for rule in unmet(code, template, issuer))
    if failings:
        raise QualityError(failings)
    if row.status == "draft":
        row.status, row.published_at = "published", now


def retire(row: TemplateVersion) -> None:
    """It can be placed no more; what was awarded with it stays, and its address keeps answering."""
    row.status = "retired"


def find(session: Session, template_id: str, version: int | None = None) -> TemplateVersion:
    """A version of a template, the newest where none is named; `template_id` may be its first characters."""
    row = queries.find_template(session, template_id, version)
    if row is None:
        raise NotFoundError(f"there is no template {template_id}")
    return row


def _picture(template: Template, issuer: IssuerProfile) -> bytes:
    language = template.in_language
    level = template.level
    level_text = f"EQF {level.value}" if isinstance(level, Level) else None
    return picture(
        text_in(template.name, language), level_text, issuer.name, template.colours or "", size=600
    )
