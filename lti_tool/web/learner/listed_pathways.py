"""Pathways as a learner's pages list them: those that they have begun, and those that they may begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways import listing, progress
from lti_tool.pathways.parts import sets_of
from lti_tool.pathways.standing import Progress
from lti_tool.store import Session, queries
from lti_tool.store.models import Pathway, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPathway:
    """A pathway that a learner may begin: the id of its whole, what that is called and by whom, and how many parts."""

    template_id: str
    name: Texts
    issuer: str
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPathway:
    """A pathway on a learner's page: what its whole is called, by whom, and `parts` with names and public pages."""

    progress: Progress
    name: Texts
    issuer: str
    parts: Mapping[str, TemplateVersion]


def listed(session: Session, people: Sequence[int]) -> Sequence[ListedPathway]:
    """The pathways of which these people, who are one learner, have a part."""
    return [
        listed_one(session, each) for each in progress.progress_of(session, people, current_tool().clock())
    ]


def listed_one(session: Session, found: Progress) -> ListedPathway:
    return ListedPathway(
        progress=found,
        name=stored_template(found.version.template_version.body).name,
        issuer=_issuer_name(session, found.row),
        parts=_parts_on_page(session, [part.part.badge or "" for one in found.sets for part in one.parts]),
    )


def offered(
    session: Session, people: Sequence[int], begun: Sequence[ListedPathway]
) -> Sequence[OfferedPathway]:
    """The pathways that these people may begin, as far as their issuers list them."""
    found = listing.offered_to(session, people, [each.progress.row.id for each in begun])
    return [
        OfferedPathway(
            template_id=row.template_id,
            name=stored_template(version.template_version.body).name,
            issuer=_issuer_name(session, row),
            needed=sum(each.needed for each in sets_of(read_tree(version.tree))),
        )
        for row, version in found
    ]


def _issuer_name(session: Session, row: Pathway) -> str:
    return current_tool().issuers.of(session, row.issuer_id).profile.name_in(page_language())


def _parts_on_page(session: Session, badges: Sequence[str]) -> Mapping[str, TemplateVersion]:
    """The newest published version of each template that is a part, by its id; without those that are retired."""
    found = ((badge, queries.templates.newest_published(session, badge)) for badge in badges)
    return {badge: version for badge, version in found if version is not None}
