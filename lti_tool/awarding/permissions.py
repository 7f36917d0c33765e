"""Permissions of an operator: courses of a platform may award the badges of another issuer than their own.

Without the permission a rule with such a badge stands still, at once and until it is given again. What was awarded
stays valid.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding.looks import look_soon
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import IssuerPermission


def permit(
    session: Session,
    issuer: Issuer,
    registration_id: int,
    course_id: int | None,
    now: datetime,
    by: Actor = TOOL,
) -> None:
    """Lets a course of the platform, or with None all its courses, award the institutional badges of the issuer too."""
    queries.issuers.lock_issuer(session, issuer.id)
    if queries.issuers.permission(session, registration_id, course_id, issuer.id) is not None:
        return
    stopped = queries.rules.rules_without_permission(session, registration_id, issuer.id)
    session.add(
        IssuerPermission(
            registration_id=registration_id, course_id=course_id, issuer_id=issuer.id, given_at=now
        )
    )
    session.flush()
    slug, data = issuer.profile.slug, {"registration": registration_id, "course": course_id}
    events.record(session, "permission_given", "issuer", slug, now, actor=by, data=data)
    still = queries.rules.rules_without_permission(session, registration_id, issuer.id)
    for rule in (each for each in stopped if each not in still):
        events.record(session, "rule_continued", "rule", rule.id, now, actor=by, why="permission_given")
        look_soon(session, rule.course_id, now)


def withdraw(
    session: Session,
    issuer: Issuer,
    registration_id: int,
    course_id: int | None,
    now: datetime,
    by: Actor = TOOL,
) -> None:
    """Ends what `permit` began: the links of these courses award nothing more of the issuer.

    Raises NotFoundError where there is no such permission.
    """
    queries.issuers.lock_issuer(session, issuer.id)
    row = queries.issuers.permission(session, registration_id, course_id, issuer.id)
    if row is None:
        raise NotFoundError("there is no such permission")
    # Whoever decides in a course holds its row: what they decide comes before this, or sees it.
    for awarding in queries.rules.courses_awarding_for(session, registration_id, issuer.id):
        queries.people.lock_course_from_all(session, awarding)
    stopped = queries.rules.rules_without_permission(session, registration_id, issuer.id)
    session.delete(row)
    session.flush()
    slug, data = issuer.profile.slug, {"registration": registration_id, "course": course_id}
    events.record(session, "permission_withdrawn", "issuer", slug, now, actor=by, data=data)
    for rule in queries.rules.rules_without_permission(session, registration_id, issuer.id):
        if rule not in stopped:
            events.record(session, "rule_stopped", "rule", rule.id, now, actor=by, why="permission_withdrawn")
