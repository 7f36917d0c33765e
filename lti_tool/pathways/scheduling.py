"""When somebody is decided: as soon as a badge is issued that may be the part that was missing, and every hour."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from lti_tool.awarding.held_badges import badges_asked_for
from lti_tool.conditions.tree import read_tree
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import Pathway

TASK = "decide_pathway"
#: How many people are decided in one transaction.
AT_ONCE = 100


def decide_soon(session: Session, pathway_id: int, person_id: int, now: datetime) -> None:
    """Has somebody be decided for the pathway now."""
    payload = {"pathway_id": pathway_id, "person_id": person_id}
    outbox.schedule(session, f"pathway-{pathway_id}-{person_id}", TASK, payload, now)


def decide_everybody_soon(session: Session, pathway_id: int, now: datetime) -> None:
    """Has everybody be decided who has a part of the pathway."""
    outbox.schedule(session, f"pathway-{pathway_id}", TASK, {"pathway_id": pathway_id, "after": 0}, now)


def decide_where_asked_for(session: Session, award_ids: Collection[int], now: datetime) -> None:
    """Has those be decided whose badge was just issued, where a pathway asks for it.

    Of another issuer's pathways those alone in which they have claimed it.
    """
    pathways = queries.pathways.published(session)
    if not pathways:
        return
    asked = {row: badges_asked_for(read_tree(version.tree)) for row, version in pathways}
    for award in queries.awards.awards_by_id(session, award_ids):
        for row, badges in asked.items():
            if row.issuer_id == award.issuer_id and award.template_id in badges:
                decide_soon(session, row.id, award.person_id, now)
    for claim in queries.pathway_claims.counted_of_awards(session, award_ids):
        decide_soon(session, claim.pathway_id, claim.person_id, now)


def decide_all_soon(session: Session, now: datetime) -> None:
    """Has everybody be decided for every published pathway: what was reinstated says nothing by itself."""
    for row, _ in queries.pathways.published(session):
        decide_everybody_soon(session, row.id, now)


def next_people(session: Session, row: Pathway, after: int) -> Sequence[int]:
    """The next of those who have a part of the pathway, by their ids."""
    version = queries.pathways.active_version(session, row)
    if version is None:
        return []
    badges = badges_asked_for(read_tree(version.tree))
    return queries.pathways.people_with_parts(session, row, badges, after, AT_ONCE)
