"""An award: earned once by a completion, then revoked, suspended or reinstated by the teacher or the operator."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lti_tool.errors import NotAllowedError
from lti_tool.issuing.status_lists import mark
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow
from lti_tool.triggers import rules
from lti_tool.values import Completion


def award(session: Session, rule: AwardRule, completion: Completion, now: datetime) -> Award | None:
    """The award that `completion` earns, None where it earns none. The same completion twice: the same award."""
    learner = queries.people.learner(session, rule.course.registration_id, completion.user_id)
    if learner is None:
        return None
    template_id = rule.template_version.template_id
    known = queries.awards.award_of(session, rule.course_id, template_id, learner.id)
    if known is not None:
        if "learner" in known.waiting_for and (learner.name or learner.email):  # the platform tells it now
            outbox.add(session, "issue", {"award_id": known.id}, now)
        return known
    ticked = completion.evidence["kind"] == "teacher_tick"
    bar = rules.Bar(
        minimum_score=None if ticked else rule.minimum_score,
        not_before=rule.not_before,
        paused=rule.paused,
    )
    if (rule.needs_tick and not ticked) or not rules.earns(completion.score, bar, now):
        return None
    fresh = Award(
        course_id=rule.course_id,
        template_id=template_id,
        learner=learner,
        rule=rule,
        score=completion.score,
        evidence=dict(completion.evidence),
        completed_at=completion.completed_at,
        earned_at=now,
    )
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:  # another worker saw the same completion a moment earlier
        return queries.awards.award_of(session, rule.course_id, template_id, learner.id)
    outbox.add(session, "issue", {"award_id": fresh.id}, now)
    return fresh


def revoke(session: Session, award: Award, reason: str, now: datetime) -> None:
    """The award no longer holds: its page says so, and its bit in the status list is set for every later check."""
    queries.awards.lock_award(session, award)  # it may be being issued at this moment
    if award.status == "revoked":
        return
    award.status = "revoked"
    credential = award.credential
    if credential is None:
        return
    credential.revoked_at, credential.revocation_reason = now, reason
    mark(session, credential, True)


def suspend(session: Session, award: Award, reason: str, now: datetime) -> None:
    """The award does not hold for the time being; raises NotAllowedError for a badge that can only be revoked."""
    credential = _suspendable(session, award)
    if credential.suspended_at is None:
        credential.suspended_at, credential.suspension_reason = now, reason
        mark(session, credential, True)


def reinstate(session: Session, award: Award) -> None:
    """The award holds again."""
    credential = _suspendable(session, award)
    if credential.suspended_at is not None:
        credential.suspended_at, credential.suspension_reason = None, None
        mark(session, credential, False)


def _suspendable(session: Session, award: Award) -> CredentialRow:
    queries.awards.lock_award(session, award)
    credential = award.credential
    if award.status != "issued" or credential is None or credential.status_list.purpose != "suspension":
        raise NotAllowedError(
            "the badge cannot be suspended: STATUS_PURPOSE was not suspension when it was issued"
        )
    return credential
