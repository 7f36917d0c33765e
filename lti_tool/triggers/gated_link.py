"""The trigger of a link that only learners who have completed can open: memberships with and without its `rlid`.

With `rlid` (the resource link's id) Moodle lists only those who can open the link, so its "Restrict access" shows the
tool who has completed. The list also has everyone who bypasses restrictions; `lti_tool.triggers.rules.signal` says what
counts as proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import PlatformError
from lti_tool.platforms.services import Connection
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Person, Sighting
from lti_tool.triggers import Watched, rules
from lti_tool.values import Completion, Member

NAME = "gated_link"
LABEL = "A link with restricted access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The learners of the course, and the user_ids of all members who can open the link."""

    learners: tuple[Member, ...]
    inside: frozenset[str]


def look(watched: Watched, connection: Connection) -> Seen:
    """The two member lists of the platform. Raises PlatformError."""
    if watched.memberships_url is None:
        raise PlatformError("the platform does not give the tool its list of members", permanent=True)
    everyone = connection.members(watched.memberships_url)
    may_open = connection.members(watched.memberships_url, watched.resource_link_id)
    return Seen(
        learners=tuple(member for member in everyone if member.is_learner),
        inside=frozenset(member.user_id for member in may_open),
    )


def completions(session: Session, rule: AwardRule, seen: Seen, now: datetime) -> Sequence[Completion]:
    """A Completion for each learner whose sighting, brought up to date and stored, has a second signal."""
    inside = [member.user_id for member in seen.learners if member.user_id in seen.inside]
    outside = [member.user_id for member in seen.learners if member.user_id not in seen.inside]
    rule.everyone_can_open = rules.everyone_can_open(inside, outside)
    learners = queries.people.save_members(session, rule.course.registration_id, seen.learners)
    sightings = queries.rules.sightings(session, rule.id)
    staff = queries.people.staff_of(session, rule.course_id)
    arrived: list[Sighting] = []
    for member in seen.learners:
        learner = learners[member.user_id]
        sighting = sightings.get(learner.id) or _first_sighting(session, rule, learner)
        was_inside = sighting.inside_at is not None
        after = rules.sighted(
            _as_value(sighting, staff=learner.id in staff), inside=member.user_id in seen.inside, now=now
        )
        sighting.outside_at, sighting.inside_at = after.outside_at, after.inside_at
        sightings[learner.id] = sighting
        if sighting.outside_at and sighting.inside_at and not was_inside:
            arrived.append(sighting)
    if rules.looks_loosened(len(arrived), len(outside)):
        for sighting in arrived:
            sighting.outside_at = None
    binds = rule_binds(rule, sightings.values())
    present = {learners[user_id].id for user_id in inside}
    return [
        completion
        for sighting in sightings.values()
        if sighting.person_id in present
        and (
            completion := _completion(rule, sighting, staff=sighting.person_id in staff, binds=binds, now=now)
        )
    ]


def opened(session: Session, rule: AwardRule, learner: Person, now: datetime) -> Completion | None:
    """The Completion that a learner's own launch of the link proves; the launch is stored for later looks in any case.

    A learner who was not yet seen inside has to wait for the next look: the link may have been opened to everyone a
    moment ago.
    """
    sightings = queries.rules.sightings(session, rule.id)
    sighting = sightings.get(learner.id) or _first_sighting(session, rule, learner)
    sighting.opened_at = sighting.opened_at or now
    staff = learner.id in queries.people.staff_of(session, rule.course_id)
    binds = rule_binds(rule, sightings.values())
    return _completion(rule, sighting, staff=staff, binds=binds, now=now)


def rule_binds(rule: AwardRule, sightings: Iterable[Sighting]) -> bool:
    """Whether the link is known to be closed to some learners: by the member lists, or confirmed by a teacher."""
    if rule.gate_confirmed_at is not None:
        return True
    seen = any(sighting.outside_at for sighting in sightings)
    return seen and not rule.everyone_can_open


def _completion(
    rule: AwardRule, sighting: Sighting, *, staff: bool, binds: bool, now: datetime
) -> Completion | None:
    kind = rules.signal(_as_value(sighting, staff=staff), binds=binds)
    if kind is None:
        return None
    completed_at = sighting.inside_at or now
    return Completion(
        rule_id=rule.id,
        user_id=sighting.person.accounts[0].user_id,
        score=None,
        completed_at=completed_at,
        evidence={
            "kind": kind,
            "resource_link_id": rule.resource_link_id,
            "outside_at": _text(sighting.outside_at),
            "inside_at": _text(sighting.inside_at),
            "opened_at": _text(sighting.opened_at),
            "seen_at": _text(now),
        },
    )


def _first_sighting(session: Session, rule: AwardRule, learner: Person) -> Sighting:
    sighting = Sighting(rule_id=rule.id, person_id=learner.id, person=learner)
    session.add(sighting)
    return sighting


def _as_value(sighting: Sighting, *, staff: bool) -> rules.Sighted:
    return rules.Sighted(
        outside_at=sighting.outside_at,
        inside_at=sighting.inside_at,
        opened_at=sighting.opened_at,
        staff=staff,
    )


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
