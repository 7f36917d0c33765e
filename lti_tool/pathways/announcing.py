"""What public pages say of a whole and its parts, and of a badge that is a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.awarding.held_badges import badges_asked_for
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways.parts import sets_of
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedPart:
    """A part with its public page, which is empty where its template is retired."""

    name: Texts
    path: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedSet:
    """A set of parts, of which `needed` are needed."""

    needed: int
    parts: Sequence[AnnouncedPart]


def announced_sets(session: Session, template_id: str) -> Sequence[AnnouncedSet]:
    """The sets of the published pathway whose whole the template is; empty where there is none."""
    row = queries.pathways.of_template(session, template_id)
    version = queries.pathways.active_version(session, row) if row is not None else None
    if version is None:
        return []
    return [
        AnnouncedSet(needed=each.needed, parts=[_part(session, part) for part in each.parts])
        for each in sets_of(read_tree(version.tree))
    ]


def wholes_with(session: Session, template_id: str, issuer_id: str) -> Sequence[TemplateVersion]:
    """The wholes of the issuer's listed pathways that ask for its template, in the order of their pathways."""
    return [
        version.template_version
        for row, version in queries.pathways.published(session)
        if row.is_listed
        and row.issuer_id == issuer_id
        and template_id in badges_asked_for(read_tree(version.tree))
    ]


def _part(session: Session, part: Options) -> AnnouncedPart:
    newest = queries.templates.newest_published(session, part.badge or "")
    if newest is None:
        return AnnouncedPart(name={"und": part.name}, path="", model=part.model or "")
    return AnnouncedPart(
        name=stored_template(newest.body).name,
        path=f"/achievements/{newest.template_id}/{newest.version}",
        model=part.model or "",
    )
