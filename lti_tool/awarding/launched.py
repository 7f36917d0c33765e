"""What launches tell, and what follows from a learner's own opening of a link."""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding.decisions import Standing, decide_person
from lti_tool.awarding.ledger import Seen, append
from lti_tool.observations import RESTRICTION_CONFIRMED, Policy, select
from lti_tool.sources import SOURCES
from lti_tool.sources.found import differing
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Course
from lti_tool.values import Launch


def observe(session: Session, launch: Launch, course: Course, person_id: int, now: datetime) -> None:
    """Appends to the ledger what every source learns from the launch."""
    known = queries.observations.of_people(session, course.id, [person_id])
    said = select(known.get(None, ()), RESTRICTION_CONFIRMED, launch.resource_link_id)
    confirmed_at = said[-1].seen_at if said else None
    own = {None: known.get(None, ()), launch.user_id: known.get(person_id, ())}
    for source in SOURCES.values():
        if hasattr(source, "launched"):
            new = differing(source.launched(launch, confirmed_at), own, source.NAME)
            seen = Seen(source=source.NAME, at=now, actor=person_id)
            append(session, course, new, seen, {} if launch.user_id is None else {launch.user_id: person_id})


def opened(session: Session, rule: AwardRule, person_id: int, policy: Policy, now: datetime) -> Standing:
    """How it stands with a person who has just opened the rule's link: that may be what was missing for their award.

    It waits for no look: what that stores, it stores in parts that are each right by themselves, and an award of both
    is stored once.
    """
    queries.people.keep_course(session, rule.course_id)
    return decide_person(session, rule, person_id, policy, now)
