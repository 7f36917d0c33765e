"""Starter badges: complete templates that an institution can publish at once, so that teachers have something to place.

Each TOML file of the folder is one. Its quality assurance is the issuer's, so a file names none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from badges.errors import BadgeError
from badges.issuer import IssuerProfile
from badges.serialization import as_file_json
from badges.template.model import Template, read_template, template_as_json, text_in
from badges.template.values import QualityAssurance
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions

STARTERS = Path(__file__).parent
REVIEWED_AFTER = timedelta(days=365)


def publish_starters(
    session: Session, issuer: Issuer, folder: Path, now: datetime, by: Actor = TOOL
) -> Sequence[TemplateVersion]:
    """Publishes every TOML template of a folder as the institution's own; returns the new ones.

    Where the institution has a template of that name it stays as it is. Raises NotFoundError for a folder without any,
    NotAllowedError with the file that cannot be published; then none is.
    """
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise NotFoundError(f"{folder} has no file that ends with .toml")
    known = {row.name for row in queries.templates.templates_of_course(session, None, issuer.id)}
    published = []
    for path in paths:
        try:
            template = _read(path, issuer.profile, now)
            if text_in(template.name, template.in_language) in known:
                continue
            row = versions.add(
                session, template_as_json(template), now, issuer_id=issuer.id, by=by, what="imported"
            )
            versions.publish(row, issuer.profile, now, by)
        except (OSError, ValueError, BadgeError) as error:
            raise NotAllowedError(f"{path}: {error}") from error
        published.append(row)
    return published


def _read(path: Path, issuer: IssuerProfile, now: datetime) -> Template:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    own = issuer.accreditations or (QualityAssurance(code="internal"),)
    data.setdefault("types_of_quality_assurance", as_file_json(own))
    data.setdefault("review_date", issuer.day_of(now + REVIEWED_AFTER))
    return read_template(data, issuer.day_of(now))
