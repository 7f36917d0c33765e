"""The job that decides people for a pathway: one, or all who have a part of it, some at a time."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from badges.verify import Report
from lti_tool.backpack import keeping
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.pathways import deciding, scheduling
from lti_tool.store import outbox, queries
from lti_tool.store.database import Store
from lti_tool.values import Json

#: A badge of another issuer counts by a verification that is no older.
FRESH = timedelta(hours=1)


class Decides(Protocol):
    """The database, the issuers, the clock and the verifier; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...

    @property
    def issuers(self) -> Issuers: ...

    def clock(self) -> datetime: ...

    def verify(self, file: bytes) -> Report: ...


def decide(tool: Decides, job_id: str, payload: Json) -> None:
    """Decides whom the payload names, and ends the job, or has it go on with the next people.

    Raises NotFoundError where there is no such pathway.
    """
    pathway_id, person_id = payload["pathway_id"], payload.get("person_id")
    if person_id is not None:
        _verify_again(tool, pathway_id, person_id)
    with tool.store.begin() as session:
        row = queries.pathways.pathway(session, pathway_id)
        if row is None:
            raise NotFoundError(f"there is no pathway {pathway_id}")
        after = payload.get("after", 0)
        people = [person_id] if person_id is not None else scheduling.next_people(session, row, after)
        now = tool.clock()
        deciding.decide(session, row, people, tool.issuers.of(session, row.issuer_id).policy, now)
        if person_id is None and len(people) == scheduling.AT_ONCE:
            going_on = {"pathway_id": pathway_id, "after": people[-1]}
            outbox.reschedule(session, job_id, scheduling.TASK, going_on, now)
        else:
            outbox.finish(session, job_id)


def _verify_again(tool: Decides, pathway_id: int, person_id: int) -> None:
    """Verifies the kept badges anew that count for the person, where that was a while ago."""
    with tool.store.read() as session:
        claims = queries.pathway_claims.claims_of(session, pathway_id, [person_id])
        counted = [each.kept_badge_id for each in claims if each.status == "counted" and each.kept_badge_id]
        kept = queries.pathway_claims.kept_with_text(session, counted)
        old = [each.id for each in kept.values() if each.checked_at < tool.clock() - FRESH]
    for kept_id in old:
        with suppress(NotFoundError):
            keeping.check_again(tool, kept_id)
