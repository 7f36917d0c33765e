"""What decides how long the data of people are kept, gathered from the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from lti_tool.issuing.issuers import Issuers
from lti_tool.privacy.retention_plan import Enrolment, Kept, PersonFacts
from lti_tool.store import Session, queries


def facts_of(
    session: Session, issuers: Issuers, person_ids: Collection[int], now: datetime
) -> Sequence[PersonFacts]:
    """What decides about each of these people, in the order of their ids."""
    seen = queries.retention.seen_at(session, person_ids)
    claimed = queries.pathway_claims.last_acts(session, person_ids)
    roles, newest = queries.retention.roles_and_newest(session, person_ids)
    courses = queries.retention.course_ends(session, {course_id for _, course_id in newest}, now)
    awards = queries.retention.awards_kept(session, person_ids)
    applied = queries.prior_learning.last_acts(session, person_ids)
    policies = {
        issuer_id: issuers.of(session, issuer_id).privacy
        for issuer_id in sorted({each.issuer_id for own in awards.values() for each in own})
    }
    enrolments: dict[int, list[Enrolment]] = {}
    for (person_id, course_id), newest_at in newest.items():
        course = courses[course_id]
        enrolments.setdefault(person_id, []).append(
            Enrolment(
                course_id=course_id,
                roles=roles.get((person_id, course_id), ()),
                newest_at=newest_at,
                ended_at=course.ended_at,
                has_rule=course.has_rule,
                members_seen_at=course.members_seen_at,
            )
        )
    return [
        PersonFacts(
            person_id=person_id,
            seen_at=max(
                (each for each in (seen.get(person_id), claimed.get(person_id)) if each is not None),
                default=None,
            ),
            enrolments=enrolments.get(person_id, ()),
            has_applied=person_id in applied,
            awards=[
                Kept(
                    award_id=each.id,
                    years=policies[each.issuer_id].awards_years,
                    law=policies[each.issuer_id].awards_kept_by_law,
                    counts_until=each.counts_until,
                )
                for each in awards.get(person_id, ())
            ],
        )
        for person_id in sorted(person_ids)
    ]
