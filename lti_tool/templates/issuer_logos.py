"""The logo that a designed picture shows in place of its issuer's name."""

from __future__ import annotations

from badges.template.model import Template
from lti_tool.store import events, queries
from lti_tool.store.models import TemplateVersion


def logo_for(row: TemplateVersion, template: Template) -> bytes:
    """The issuer's logo as a PNG, where the template's design shows it; empty where not, or where there is none."""
    if template.logo_mark is None:
        return b""
    return queries.issuers.newest_logo(events.session_of(row), row.issuer_id) or b""
