"""What the tool itself sees of a template that quality frameworks ask about, whatever its author declares."""

from __future__ import annotations

from badges.issuer import IssuerProfile
from badges.quality import CATALOGUE, Facts
from badges.quality.evaluation import failed_rules
from badges.template.model import Template
from lti_tool.store import events, queries
from lti_tool.store.models import TemplateVersion


def seen_facts(row: TemplateVersion, template: Template, issuer: IssuerProfile) -> Facts:
    """That the version is in the catalogue, or will be as soon as it is published; nothing where it is not.

    Nothing is said against a declaration: the catalogue that it means may be somebody else's.
    """
    entry = queries.catalogue.entry(events.session_of(row), row.template_id)
    is_listed = entry is not None and entry.issuer_id == row.issuer_id
    return {"in_catalogue": True} if is_listed and not failed_rules(CATALOGUE, template, issuer) else {}
