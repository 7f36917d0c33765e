"""Which pathways learners find before they have a part: those that an issuer lists, where they know the issuer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Pathway, RuleVersion


def put_in(session: Session, row: Pathway, now: datetime, by: Actor) -> None:
    """Lists the pathway for learners who know the issuer; one that is listed stays so."""
    queries.pathways.lock_pathway(session, row)
    if not row.is_listed:
        row.is_listed = True
        events.record(session, "pathway_listed", "pathway", row.id, now, actor=by, issuer_id=row.issuer_id)


def take_out(session: Session, row: Pathway, now: datetime, by: Actor) -> None:
    """Whoever has no part finds the pathway by its link alone from now on."""
    queries.pathways.lock_pathway(session, row)
    if row.is_listed:
        row.is_listed = False
        events.record(session, "pathway_unlisted", "pathway", row.id, now, actor=by, issuer_id=row.issuer_id)


def offered_to(
    session: Session, people: Collection[int], begun: Collection[int]
) -> Sequence[tuple[Pathway, RuleVersion]]:
    """The pathways that are listed by issuers whom these people know, but for those that are begun; newest first.

    Nothing is kept of who was shown one, and no issuer is told.
    """
    published = queries.pathways.published(session)
    listed = [(row, version) for row, version in published if row.is_listed and row.id not in begun]
    if not listed or not people:
        return []
    known = queries.pathways.issuers_known_to(session, people)
    return [(row, version) for row, version in reversed(listed) if row.issuer_id in known]
