"""Awards of a whole of which a part is not valid any more: a question to the issuer, and never a silent revocation.

A badge of this site says itself how it stands. One of another issuer is verified again every day while its learner
keeps it (`lti_tool.backpack.keeping`), and only what that has proved is a concern: a site that does not answer says
nothing. That a part has expired is one only where the pathway asks for a valid part and the whole itself has no end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import PathwayError
from lti_tool.pathways.observing import part_id
from lti_tool.pathways.parts import parts_of
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, Pathway
from lti_tool.store.queries.pathway_wholes import RunningWhole

Why = Literal["revoked", "suspended", "expired"]
_GONE = ("revoked", "suspended", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class GonePart:
    """A part that is not valid any more, and why. `key`: its credential, or the claim of a badge from elsewhere."""

    key: str
    name: Mapping[str, str]
    why: Why

    @property
    def mark(self) -> str:
        """By what an event knows that the award was left as it is though this had become of the part."""
        return f"{self.why}:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An award that is valid, and its parts that are not any more."""

    award: Award
    parts: Sequence[GonePart]


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """How a badge stands that is a part, of this site or another: `part` is that of the pathway, by its badge or id."""

    key: str
    part: str
    why: Why | None


def of_pathway(session: Session, row: Pathway, now: datetime) -> Sequence[Concern]:
    """The valid awards of the pathway with parts that are not, where nobody has said that they stay; oldest first."""
    found = _found(session, row, now)
    awards = {each.id: each for each in queries.awards.awards_by_id(session, list(found))}
    return [Concern(award=awards[award_id], parts=parts) for award_id, parts in found.items()]


def numbers_of_issuer(session: Session, issuer_id: str, now: datetime) -> Mapping[int, int]:
    """By pathway of the issuer, how many of its awards are such concerns."""
    return {row.id: len(_found(session, row, now)) for row in queries.pathways.of_issuer(session, issuer_id)}


def leave(
    session: Session, row: Pathway, award_id: str, people: Collection[int], now: datetime, by: Actor
) -> None:
    """The award stays as it is, though these parts are not valid any more; nothing where all of them are.

    `people`: whom the operator is known to be among the learners. Raises PathwayError: `own`.
    """
    queries.pathways.lock_pathway(session, row)
    found = of_pathway(session, row, now)
    concern = next((each for each in found if str(each.award.id) == award_id), None)
    if concern is None:
        return
    if concern.award.person_id in people:
        raise PathwayError("own", "nobody decides about a badge of their own")
    data = {"award": concern.award.id, "left": [each.mark for each in concern.parts]}
    events.record(session, "whole_left", "pathway", row.id, now, actor=by, data=data, issuer_id=row.issuer_id)


def _found(session: Session, row: Pathway, now: datetime) -> Mapping[int, Sequence[GonePart]]:
    """By award, its parts that are not valid any more and were not left."""
    wholes = queries.pathway_wholes.running(session, row.rule_id, now) if row.rule_id is not None else ()
    if not wholes:
        return {}
    own = _own_states(session, wholes, now)
    other = _other_states(session, row, wholes)
    written = queries.pathway_wholes.trees(session, {each.rule_version_id for each in wholes})
    trees = {version_id: parts_of(read_tree(tree)) for version_id, tree in written.items()}
    left = queries.pathway_wholes.left(session, row.id)
    found = {}
    for whole in wholes:
        parts = [
            part
            for part in _gone(whole, trees[whole.rule_version_id], own, other)
            if (whole.award_id, part.mark) not in left
        ]
        if parts:
            found[whole.award_id] = parts
    return found


def _gone(
    whole: RunningWhole,
    parts: Mapping[str, Options],
    own: Mapping[str, _State],
    other: Mapping[tuple[int, str], _State],
) -> Iterator[GonePart]:
    by_badge = {part.badge: part for part in parts.values()}
    for each in whole.parts:
        state = own.get(each.get("credential", "")) or other.get((whole.person_id, each.get("id", "")))
        if state is None or state.why is None:
            continue
        part = by_badge.get(state.part) or parts.get(state.part)
        has_to_be_valid = part is not None and part.when_expired == "not" and whole.valid_until is None
        if state.why != "expired" or has_to_be_valid:
            yield GonePart(key=state.key, name=each["name"], why=state.why)


def _own_states(session: Session, wholes: Sequence[RunningWhole], now: datetime) -> Mapping[str, _State]:
    """By credential, how each part of this site stands."""
    named = {each["credential"] for whole in wholes for each in whole.parts if "credential" in each}
    states = queries.pathway_wholes.part_states(session, named)
    held = queries.pathways.held_parts(
        session, {each.template_id for each in states.values()}, {each.person_id for each in states.values()}
    )
    found = {}
    for credential_id, state in states.items():
        # One that was renewed goes on by the newer one.
        running = held.get((state.person_id, state.template_id))
        ends = running.valid_until if running is not None else None
        why: Why | None = None
        if state.status == "revoked":
            why = "revoked"
        elif state.suspended_at is not None:
            why = "suspended"
        elif running is not None and ends is not None and ends <= now:
            why = "expired"
        found[credential_id] = _State(key=credential_id, part=state.template_id, why=why)
    return found


def _other_states(
    session: Session, row: Pathway, wholes: Sequence[RunningWhole]
) -> Mapping[tuple[int, str], _State]:
    """By person and id, how each part from elsewhere stands, by its last verification."""
    people = {whole.person_id for whole in wholes if any("id" in each for each in whole.parts)}
    claims = [
        each
        for each in queries.pathway_claims.claims_of(session, row.id, people)
        if each.kept_badge_id is not None
    ]
    kept = queries.pathway_claims.kept_with_text(session, [each.kept_badge_id or 0 for each in claims])
    found = {}
    for claim in claims:
        badge = kept.get(claim.kept_badge_id or 0)
        if badge is not None:
            why = cast(Why, badge.verdict) if badge.verdict in _GONE else None
            state = _State(key=f"claim-{claim.id}", part=claim.part, why=why)
            found[claim.person_id, part_id(badge)] = state
    return found
