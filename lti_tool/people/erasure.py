"""Erasure: what the ledger holds about a person is removed. Nothing else deletes from it."""

from __future__ import annotations

from datetime import datetime

from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor


def erase_observations(session: Session, person_id: int, now: datetime, by: Actor = TOOL) -> int:
    """Removes what was observed about the person, in all courses; returns how many observations that were.

    Awards and their credentials stay: they are what the person was given. While a platform still lists the person,
    the next look observes them anew, but no rule renews an award by that.
    """
    queries.awards.forbid_renewal(session, person_id)
    count = queries.observations.delete_of_person(session, person_id)
    data = {"observations": count}
    events.record(session, "observations_erased", "person", person_id, now, actor=by, data=data)
    return count
