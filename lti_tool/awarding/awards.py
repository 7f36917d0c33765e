"""The life of an award: earned once by a completion, later revoked, or suspended and reinstated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lti_tool.errors import NotAllowedError
from lti_tool.issuing.status_lists import clear_status, set_status
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow
from lti_tool.triggers import rules
from lti_tool.values import Completion


def award(session: Session, rule: AwardRule, completion: Completion, now: datetime) -> Award | None:
    """The award that `completion` earns, None where it earns none; the same completion again gives the same award.

    Issuing is only scheduled here, in the caller's transaction: an award that is committed will be issued.
    """
    learner = queries.people.person_of(session, rule.course.registration_id, completion.user_id)
    if learner is None:
        return None
    template_id = rule.template_version.template_id
    known = queries.awards.award_of(session, rule.course_id, template_id, learner.id)
    if known is not None:
        if "learner" in known.waiting_for and (learner.name or learner.email):
            # It could not be issued while the platform sent neither name nor address; now it has sent one.
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
        person=learner,
        rule=rule,
        score=completion.score,
        evidence=dict(completion.evidence),
        completed_at=completion.completed_at,
        earned_at=now,
    )
    # Two workers may see the same completion at once. The unique constraint (course, template, learner) lets one insert
    # succeed; the savepoint keeps the failure of the other from undoing the rest of its transaction.
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return queries.awards.award_of(session, rule.course_id, template_id, learner.id)
    outbox.add(session, "issue", {"award_id": fresh.id}, now)
    return fresh


def revoke(session: Session, award: Award, reason: str, now: datetime) -> None:
    """Revokes the award for good, and its credential, if there is one, with the reason that its page shows.

    A revoked award stays as it is.
    """
    # `issue` locks the award too before it stores a credential: either it sees that the award is revoked, or this
    # function sees the credential. Without the lock a credential could be stored that nobody revokes.
    queries.awards.lock_award(session, award)
    if award.status == "revoked":
        return
    award.status = "revoked"
    credential = award.credential
    if credential is None:
        return
    credential.revoked_at, credential.revocation_reason = now, reason
    set_status(session, credential)


def suspend(session: Session, award: Award, reason: str, now: datetime) -> None:
    """Suspends the credential of an issued award until `reinstate`; what is suspended already stays as it is.

    Raises NotAllowedError where the award has no credential, or one that can only be revoked.
    """
    credential = _suspendable(session, award)
    if credential.suspended_at is None:
        credential.suspended_at, credential.suspension_reason = now, reason
        set_status(session, credential)


def reinstate(session: Session, award: Award) -> None:
    """Ends a suspension; raises NotAllowedError as `suspend` does."""
    credential = _suspendable(session, award)
    if credential.suspended_at is not None:
        credential.suspended_at, credential.suspension_reason = None, None
        clear_status(session, credential)


def _suspendable(session: Session, award: Award) -> CredentialRow:
    queries.awards.lock_award(session, award)
    credential = award.credential
    if award.status != "issued" or credential is None or credential.status_list.purpose != "suspension":
        raise NotAllowedError(
            "the badge cannot be suspended: STATUS_PURPOSE was not suspension when it was issued"
        )
    return credential
