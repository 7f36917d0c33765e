"""Awards of a whole of which a part was revoked afterwards: a question to the issuer, and never a silent revocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An award that runs, and the names of its parts that were revoked since, by language."""

    award: Award
    parts: Sequence[dict[str, str]]


def of_pathway(session: Session, row: Pathway) -> Sequence[Concern]:
    """The awards of the pathway of which a part has ended and nobody has said yet that they stay; oldest first."""
    if row.rule_id is None:
        return []
    awards = queries.pathways.awards_of_wholes(session, row.rule_id)
    credentials = {part["credential"] for each in awards for part in each.parts if "credential" in part}
    ended = set(queries.pathways.ended_credentials(session, credentials))
    left = queries.pathways.left(session, row.id) if ended else frozenset()
    found = []
    for award in awards:
        gone = [part for part in award.parts if part.get("credential") in ended]
        open_ones = [part["name"] for part in gone if (award.id, part["credential"]) not in left]
        if open_ones:
            found.append(Concern(award=award, parts=open_ones))
    return found


def leave(session: Session, row: Pathway, award_id: str, now: datetime, by: Actor) -> None:
    """The award stays as it is, though these parts of it have ended; nothing where none has."""
    queries.pathways.lock_pathway(session, row)
    concern = next((each for each in of_pathway(session, row) if str(each.award.id) == award_id), None)
    if concern is None:
        return
    credentials = [part["credential"] for part in concern.award.parts if "credential" in part]
    data = {"award": concern.award.id, "credentials": credentials}
    events.record(session, "whole_left", "pathway", row.id, now, actor=by, data=data, issuer_id=row.issuer_id)
