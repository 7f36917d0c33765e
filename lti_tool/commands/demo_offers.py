"""The demo's courses in the public catalogue, with what their college says to whoever thinks of enrolling."""

from __future__ import annotations

import tomllib
from pathlib import Path

from badges.template.model import text_in
from lti_tool.catalogue import listing
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, queries
from lti_tool.store.events import TOOL
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.values import Json
from lti_tool.wiring import Tool

_DEMO = Path(__file__).parents[1] / "demo"


def offer_courses(tool: Tool) -> None:
    """Puts each course of `demo/offers` into the catalogue, in a second version, which says all of it.

    One that has such a version stays as somebody has left it.
    """
    with tool.store.begin() as session:
        issuer = tool.issuers.first(session)
        published = {row.name: row for row in queries.catalogue.newest_published(session, issuer.id)}
        for path in sorted((_DEMO / "offers").glob("*.toml")):
            row = published.get(_name_of(path.name))
            if row is not None and row.version == 1:
                said = tomllib.loads(path.read_text(encoding="utf-8"))
                _offer(tool, session, issuer, row, said)


def _name_of(file_name: str) -> str:
    """The name of the template in the file of that name, as a row has it."""
    data = tomllib.loads((_DEMO / "templates" / file_name).read_text(encoding="utf-8"))
    return text_in(data["name"], data.get("in_language", "en"))


def _offer(tool: Tool, session: Session, issuer: Issuer, row: TemplateVersion, said: Json) -> None:
    now = tool.clock()
    draft = versions.next_version(session, row, now)
    versions.save_draft(draft, row.body | {"quality": row.body.get("quality", {}) | said}, now)
    versions.publish(draft, issuer.profile, now)
    listing.put_in(session, issuer, row.template_id, now, TOOL)
