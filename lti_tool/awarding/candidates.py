"""Who would get a badge by a rule, before it is switched on and at any time after; nothing is awarded or stored.

What no rule of the course has read so far, such as the course totals, is in no ledger. It is asked of the platform for
this one answer; once the rule is on, the first look stores it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lti_tool.awarding import held_badges
from lti_tool.awarding.decisions import Terms, Undecided, undecided_by
from lti_tool.awarding.ledger import Ledger
from lti_tool.awarding.looks import asked_about
from lti_tool.awarding.renewal import RENEWAL_PERIOD
from lti_tool.conditions.tree import Node, read_tree, reads, resources
from lti_tool.errors import PlatformError
from lti_tool.observations import ACTIVITIES, OF_WHOLE_COURSE, Observation, Policy, select
from lti_tool.platforms.services import Connect
from lti_tool.sources import SOURCES, is_open
from lti_tool.sources.found import Asked, LinkAsked
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The people of a course who have no award of a badge, by what a rule comes to for them now.

    `earned` would get it, about `asked` a teacher is asked; how many learners are `not_yet` so far.
    """

    earned: Sequence[Undecided]
    asked: Sequence[Undecided]
    not_yet: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstored:
    """What a platform tells that is in no ledger yet, by person; `error` is why it does not tell it now."""

    own: Mapping[int, Sequence[Observation]] = field(default_factory=dict)
    error: PlatformError | None = None


def candidates(
    session: Session, terms: Terms, unstored: Unstored, policy: Policy, now: datetime
) -> Candidates:
    """Who would get the badge by these terms now, and about whom a teacher would be asked."""
    people = queries.course_page.people_to_decide(
        session, terms.course_id, terms.template, now + RENEWAL_PERIOD
    )
    newer: defaultdict[int, list[Observation]] = defaultdict(list)
    for person_id, own in unstored.own.items():
        newer[person_id] += own
    badges = held_badges.badges_asked_for(terms.tree)
    for each in held_badges.changes(session, terms.course_id, badges, people, now):
        if each.person is not None:
            newer[each.person].append(each)
    found = undecided_by(session, terms, policy, now, people, newer)
    earned = [each for each in found if each.decision.outcome == "earned"]
    asked = [each for each in found if each.is_question]
    learners = sum(each.is_learner for each in found)
    return Candidates(
        earned=earned,
        asked=asked,
        not_yet=learners - len(asked) - sum(each.is_learner for each in earned),
    )


def read_unstored(store: Store, connect: Connect, course_id: int, tree: Node, now: datetime) -> Unstored:
    """What the rule reads of the whole course and no rule of it has read so far. The platform is called for that."""
    with store.read() as session:
        course = session.get_one(Course, course_id)
        versions = queries.rules.awarding_versions(session, course_id=course_id)
        read_so_far = [read_tree(version.tree) for version in versions]
        kinds = _unread(tree, read_so_far)
        if not kinds:
            return Unstored()
        link = LinkAsked(id="", reads=kinds, resources=resources(tree))
        asked = asked_about(session, course, [link])
        registration = queries.platforms.as_registration(course.registration)
    if registration.disabled:
        return Unstored()
    own: defaultdict[int, list[Observation]] = defaultdict(list)
    ledger = Ledger(store, registration.id, course_id)
    for source in _sources(kinds, asked):
        try:
            answer = SOURCES[source].look(asked, connect(registration), ledger)
        except PlatformError as error:
            return Unstored(error=error)
        user_ids = sorted({each.user_id for each in answer.found if each.user_id is not None})
        with store.read() as session:
            people = queries.people.person_ids(session, registration.id, user_ids)
        for each in answer.found:
            if each.user_id is not None and each.user_id in people:
                person_id = people[each.user_id]
                own[person_id].append(
                    Observation(
                        course=course_id,
                        person=person_id,
                        kind=each.kind,
                        resource=each.resource,
                        value=each.value,
                        seen_at=now,
                        source=source,
                    )
                )
    return Unstored(own=own)


def _unread(tree: Node, read_so_far: Sequence[Node]) -> frozenset[str]:
    """The kinds about the whole course that the tree reads, and none of the others reads of the same things."""
    wanted = reads(tree) & OF_WHOLE_COURSE
    before = frozenset().union(*(reads(each) for each in read_so_far))
    about: dict[str, frozenset[str]] = {}
    for each in read_so_far:
        for kind, names in resources(each).items():
            about[kind] = about.get(kind, frozenset()) | names
    return frozenset(
        kind
        for kind in wanted
        if kind not in before or not resources(tree).get(kind, frozenset()) <= about.get(kind, frozenset())
    )


def _sources(kinds: frozenset[str], asked: Asked) -> Sequence[str]:
    """The names of the best sources of the course that give these kinds, one for each kind."""
    chosen: list[str] = []
    left = set(kinds)
    for source in sorted(SOURCES.values(), key=lambda each: each.RANK):
        if hasattr(source, "look") and source.GIVES & left and is_open(source, asked):
            chosen.append(source.NAME)
            left -= source.GIVES
    return chosen


def read_activities(store: Store, connect: Connect, course_id: int, now: datetime) -> PlatformError | None:
    """Asks the platform for the activities of the course, and keeps them in its ledger where they are others.

    Returns why that cannot be done now.
    """
    with store.read() as session:
        course = session.get_one(Course, course_id)
        asked = asked_about(session, course)
        registration = queries.platforms.as_registration(course.registration)
        telling = [each for each in SOURCES.values() if hasattr(each, "activities") and is_open(each, asked)]
    if not telling or registration.disabled:
        return PlatformError("the platform does not tell which activities the course has", permanent=True)
    source = min(telling, key=lambda each: each.RANK)
    try:
        named = dict(source.activities(asked, connect(registration)))
    except PlatformError as error:
        return error
    with store.begin() as session:
        queries.people.lock_course(session, course_id)
        before = select(queries.observations.about_course(session, course_id), ACTIVITIES)
        if not before or before[-1].value != named:
            told = Observation(
                course=course_id, person=None, kind=ACTIVITIES, value=named, seen_at=now, source=source.NAME
            )
            queries.observations.add(session, [told])
    return None
